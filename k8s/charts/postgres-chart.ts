import type { Construct } from "constructs";
import type { StackConfig } from "../../lib/config";
import { secretNamesOf } from "../../lib/secret-names";
import type { Images } from "../../lib/versions";
import { Postgres, type PostgresEndpoint } from "../constructs/postgres/postgres";
import { StackChart } from "./stack-chart";

/** Open WebUI's database, where it isn't a file or somebody else's. */
export class PostgresChart extends StackChart {
  readonly endpoint: PostgresEndpoint;

  constructor(
    scope: Construct,
    id: string,
    config: StackConfig,
    images: Images,
    { storage, resources }: Extract<StackConfig["database"], { kind: "postgres" }>,
  ) {
    super(scope, id, config.namespace);
    const postgres = new Postgres(this, "postgres", {
      image: images.postgres,
      secretName: secretNamesOf(config).postgres,
      secretsVersion: config.secrets.version,
      storage,
      resources,
    });
    this.endpoint = postgres.endpoint;
  }
}
