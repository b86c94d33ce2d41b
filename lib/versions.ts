/** The container images of the stack, each as `repository:tag@digest`: pulled by digest, the tag is for people. */
export interface Images {
  readonly liteLlm: string;
  readonly openWebUi: string;
  readonly redis: string;
  /** Postgres 18 with pgvector. */
  readonly postgres: string;
  /** Runs the simulated Bedrock. */
  readonly node: string;
}

/** What is deployed. Renovate raises tag and digest together (see renovate.json). */
export const images: Images = {
  // renovate: datasource=docker
  liteLlm: "ghcr.io/berriai/litellm:v1.103.2@sha256:f63fb81b831b170ec16851e23c36ac5bf52ef106b271406429524a2ed730bbfd",
  // renovate: datasource=docker
  openWebUi:
    "ghcr.io/open-webui/open-webui:v0.11.4-slim@sha256:0487ad4a5a4b986062dedace806c3ef1e88fec38c10d1e64d6a5501c66671e5e",
  // renovate: datasource=docker
  redis: "docker.io/library/redis:8.2-alpine@sha256:b51665e66f00759be7c3152ad5ac3c66fb2f619c13ef62dea7cc1f9914524635",
  // renovate: datasource=docker
  postgres:
    "docker.io/pgvector/pgvector:0.8.1-pg18@sha256:508c5290cda481d4f5f846446a26e9c1b804766828a394a5861de1b348a18b4c",
  // renovate: datasource=docker
  node: "docker.io/library/node:22-alpine@sha256:0a7108bf6c7bf5de370ffb1a3ed6be93d405b43ff159f681a8d18c0e2bc2e402",
};
