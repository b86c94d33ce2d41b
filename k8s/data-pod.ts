import { parseArgs } from "node:util";
import { App } from "cdk8s";
import { explainConfigErrors, loadConfig } from "../lib/config";
import { images } from "../lib/versions";
import { DataPodChart } from "./charts/data-pod-chart";

/** Prints the pod in which `npm run backup` and `npm run restore` work. */
explainConfigErrors(() => {
  const { values } = parseArgs({
    options: { image: { type: "string" }, beside: { type: "boolean" }, backups: { type: "boolean" } },
  });
  const app = new App();
  new DataPodChart(app, "data-pod", loadConfig(), {
    image: values.image ?? images.openWebUi,
    besideOpenWebUi: values.beside ?? false,
    withBackups: values.backups ?? false,
  });
  process.stdout.write(app.synthYaml());
});
