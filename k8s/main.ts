import { explainConfigErrors, loadConfig } from "../lib/config";
import { images } from "../lib/versions";
import { createKubernetesApp } from "./app";

explainConfigErrors(() => createKubernetesApp(loadConfig(), images).synth());
