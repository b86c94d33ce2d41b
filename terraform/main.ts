import { explainConfigErrors, loadConfig } from "../lib/config";
import { ensureStateFolder } from "../lib/state-folder";
import { createTerraformApp } from "./app";

explainConfigErrors(() => {
  const app = createTerraformApp(loadConfig());
  ensureStateFolder();
  app.synth();
});
