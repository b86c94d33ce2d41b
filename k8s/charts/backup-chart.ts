import type { Construct } from "constructs";
import { podScripts } from "../../backup/pod/scripts";
import { bundleProgram } from "../../lib/bundle";
import type { StackConfig } from "../../lib/config";
import { databaseStorage } from "../../lib/database";
import { secretNamesOf } from "../../lib/secret-names";
import type { Images } from "../../lib/versions";
import { ScheduledBackup } from "../constructs/open-webui/scheduled-backup";
import type { PostgresEndpoint } from "../constructs/postgres/postgres";
import { StackChart } from "./stack-chart";

/** The backup on a schedule. */
export class BackupChart extends StackChart {
  constructor(
    scope: Construct,
    id: string,
    config: StackConfig,
    images: Images,
    backup: NonNullable<StackConfig["backup"]>,
    postgres: PostgresEndpoint | undefined,
  ) {
    super(scope, id, config.namespace);
    const { schedule, recipient, keep, storage } = backup;
    new ScheduledBackup(this, "backup", {
      openWebUiImage: images.openWebUi,
      nodeImage: images.node,
      snapshotScript: podScripts.snapshot,
      postgres: postgres && {
        image: images.postgres,
        script: podScripts.dump,
        endpoint: postgres,
        secretName: secretNamesOf(config).postgres,
      },
      program: bundleProgram("backup/scheduled/main.ts"),
      schedule,
      recipient,
      keep,
      storage,
      databaseSize: databaseStorage(config).size,
    });
  }
}
