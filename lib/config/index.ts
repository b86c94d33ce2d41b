export { explainConfigErrors, loadConfig } from "./load";
export { defineConfig, parseConfig, type StackConfig } from "./parse";
export { ConfigError, type Problem } from "./problems";
export { readText } from "./read-text";
export type { StackConfigInput } from "./schema";
