import { ConfigError, explainConfigErrors, loadConfig } from "../lib/config";
import { readTerraformOutputs } from "../lib/terraform-outputs";
import { createSecretsApp } from "./app";

const usage = "npm run -s secrets | kubectl apply --server-side -f -";

explainConfigErrors(() => {
  const config = loadConfig();
  const refuse = (message: string) => new ConfigError("secrets", [{ path: "", message }]);
  if (config.secrets.kind !== "terraform") {
    throw refuse(
      `secrets.kind is "${config.secrets.kind}": the Secrets come from elsewhere, so there is nothing to make here.`,
    );
  }
  if (process.stdout.isTTY) throw refuse(`this prints secrets, which don't belong on a screen; pipe them: ${usage}`);
  try {
    process.stdout.write(createSecretsApp(config, readTerraformOutputs(config.aws.userName)).synthYaml());
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
});
