import { Command } from "commander";
import { loadConfig } from "../../lib/config";
import { describeSkipped, retrievalOf } from "../../lib/provisioning";
import { Cluster } from "../cluster";
import { Failure } from "../failure";
import { pushKnowledge } from "../knowledge-push";
import { tell } from "../result";

/** `push-knowledge`: documents that the manifests don't hold. */
export function pushKnowledgeCommand(): Command {
  return new Command("push-knowledge")
    .description('Bring the folders of documents with delivery "push" into Open WebUI, and have them indexed.')
    .action(async () => {
      const config = loadConfig();
      const knowledge = config.knowledge.filter(({ delivery }) => delivery === "push");
      const retrieval = retrievalOf(config);
      if (knowledge.length === 0 || retrieval === null) {
        const next = 'give a folder delivery: "push" (docs/configuration.md#documents), or npm run deploy';
        throw new Failure("No folder of the configuration is pushed: the deployment brings all.", next);
      }
      const folders = await pushKnowledge(await Cluster.current(), config, { retrieval, knowledge });
      const skipped = describeSkipped(knowledge);
      tell({
        lines: [
          ...folders.map(
            ({ id, indexed, removed, unchanged }) =>
              `${id}: ${indexed} indexed, ${removed} removed, ${unchanged} as before`,
          ),
          ...skipped.map((line) => `${line}; no assistant gets it`),
        ],
        next:
          skipped.length === 0
            ? "npm run open, and ask an assistant"
            : "mend these files or exclude them, and run npm run push-knowledge again",
        failed: skipped.length > 0,
      });
    });
}
