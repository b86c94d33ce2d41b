import type { Images } from "../../lib/versions";

const digest = `sha256:${"0".repeat(64)}`;

/** Fixed references, so that a new image in lib/versions.ts rewrites no snapshot. */
export const testImages: Images = {
  liteLlm: `example.test/litellm:v1@${digest}`,
  openWebUi: `example.test/open-webui:v1@${digest}`,
  node: `example.test/node:22@${digest}`,
  postgres: `example.test/postgres:18@${digest}`,
  redis: `example.test/redis:8@${digest}`,
};
