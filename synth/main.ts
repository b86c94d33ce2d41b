import { explainConfigErrors, loadConfig } from "../lib/config";
import { stateFolder } from "../lib/naming";
import { ensurePrivateFolder } from "../lib/private-folder";
import { images } from "../lib/versions";
import { renderStack } from "./render";
import { summarise } from "./summary";

explainConfigErrors(() => {
  const config = loadConfig();
  const rendered = renderStack(config, images, process.cwd());
  ensurePrivateFolder(stateFolder);
  process.stdout.write(`${summarise(config, rendered)}\n`);
});
