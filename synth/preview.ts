/**
 * Prints the manifests of a preview, its random Secrets among them, for `npm run preview`. A stream for kubectl, made
 * anew at each run, and never a file.
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { createKubernetesApp, createSecretsApp } from "../k8s/app";
import { explainConfigErrors, loadConfig } from "../lib/config";
import { secretOutputs } from "../lib/naming";
import { previewOf } from "../lib/preview";
import { images } from "../lib/versions";
import { bundleSimulator } from "../simulator/bundle";

explainConfigErrors(() => {
  const { values } = parseArgs({ options: { port: { type: "string" }, "storage-class": { type: "string" } } });
  const config = previewOf(loadConfig(), { port: Number(values.port), storageClass: values["storage-class"] });
  const secrets = Object.values(secretOutputs).map((output) => [output, randomBytes(24).toString("hex")]);
  const apps = [
    createSecretsApp(config, Object.fromEntries(secrets)),
    createKubernetesApp(config, images, { simulatedBedrock: { image: images.node, program: bundleSimulator() } }),
  ];
  process.stdout.write(apps.map((app) => app.synthYaml()).join("---\n"));
});
