import { startSimulator } from "./server";
import { readSettings } from "./settings";

// As process 1 of a container nothing but a handler ends it. Running answers are not waited for.
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
startSimulator(readSettings(process.env)).then(({ port, controlPort }) => {
  console.log(`The simulated Bedrock answers on port ${port}; what came is on port ${controlPort}.`);
});
