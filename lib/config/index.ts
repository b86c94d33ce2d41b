export { explainConfigErrors, loadConfig } from "./load";
export { defineConfig, parseConfig, type StackConfig } from "./parse";
export { ConfigError, type Problem } from "./problems";
export type { StackConfigInput } from "./schema";
