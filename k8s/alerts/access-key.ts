import type { AccessKeys } from "../../lib/access-keys";
import type { RuleGroup } from "./rule";

export interface AccessKeyAlertOptions {
  readonly namespace: string;
  readonly accessKeys: AccessKeys;
  /** Days. */
  readonly accessKeyDays: number;
}

/** Name of the recorded series: seconds since 1970. */
const createdSeries = "access_key:created_seconds:configured";

/** The age of the key in use, by the committed file: no exporter tells it. Nothing while the file has no date. */
export function accessKeyRules({ namespace, accessKeys, accessKeyDays }: AccessKeyAlertOptions): RuleGroup {
  const { inUse } = accessKeys;
  const created = accessKeys[inUse]?.created;
  if (created === undefined) return { name: "access-key", rules: [] };
  return {
    name: "access-key",
    rules: [
      {
        exporter: "none",
        record: createdSeries,
        expr: `vector(${Date.parse(created) / 1000})`,
        labels: { namespace, slot: inUse },
      },
      {
        exporter: "none",
        alert: "AccessKeyOld",
        severity: "warning",
        value: `(time() - ${createdSeries}{namespace="${namespace}"}) / 86400`,
        when: `> ${accessKeyDays}`,
        summary: "The AWS access key should be replaced.",
        description: `The access key in slot {{ $labels.slot }} is {{ $value | printf "%.0f" }} days old; the threshold is ${accessKeyDays} days.`,
      },
    ],
  };
}
