import { explainConfigErrors, loadConfig } from "../lib/config";
import { stateFolder } from "../lib/naming";
import { ensurePrivateFolder } from "../lib/private-folder";
import { createTerraformApp } from "./app";

explainConfigErrors(() => {
  const app = createTerraformApp(loadConfig());
  for (const folder of [stateFolder, app.outdir]) ensurePrivateFolder(folder);
  app.synth();
});
