import { explainConfigErrors, loadConfig } from "../lib/config";
import { ensureStateFolder } from "../lib/state-folder";
import { images } from "../lib/versions";
import { renderStack } from "./render";
import { summarise } from "./summary";

explainConfigErrors(() => {
  const config = loadConfig();
  const rendered = renderStack(config, images, process.cwd());
  ensureStateFolder();
  process.stdout.write(`${summarise(config, rendered)}\n`);
});
