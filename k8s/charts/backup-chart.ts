import type { Construct } from "constructs";
import { podScripts } from "../../backup/pod/scripts";
import { bundleProgram } from "../../lib/bundle";
import type { StackConfig } from "../../lib/config";
import type { Images } from "../../lib/versions";
import { ScheduledBackup } from "../constructs/open-webui/scheduled-backup";
import { StackChart } from "./stack-chart";

/** The backup on a schedule. */
export class BackupChart extends StackChart {
  constructor(
    scope: Construct,
    id: string,
    config: StackConfig,
    images: Images,
    backup: NonNullable<StackConfig["backup"]>,
  ) {
    super(scope, id, config.namespace);
    const { schedule, recipient, keep, storage } = backup;
    new ScheduledBackup(this, "backup", {
      openWebUiImage: images.openWebUi,
      nodeImage: images.node,
      snapshotScript: podScripts.snapshot,
      program: bundleProgram("backup/scheduled/main.ts"),
      schedule,
      recipient,
      keep,
      storage,
      dataSize: config.openWebUi.storage.size,
    });
  }
}
