/** A finding that stays, and why. One that no auditor reports any more fails the audit. */
export interface Exception {
  readonly auditor: "checkov" | "kube-score";
  /** The auditor's own name of the check. */
  readonly check: string;
  /** What it was found on, as `Kind/name`; for Terraform as checkov calls it. */
  readonly objects: readonly string[];
  readonly reason: string;
}

const workloads = ["Deployment/litellm", "Deployment/open-webui-redis", "StatefulSet/open-webui"];

export const exceptions: readonly Exception[] = [
  {
    auditor: "checkov",
    check: "CKV_K8S_11",
    objects: workloads,
    reason:
      "no CPU limit: it would only slow down a start that already takes 13 CPU seconds; requests share the CPU fairly",
  },
  {
    auditor: "checkov",
    check: "CKV_K8S_35",
    objects: ["Deployment/litellm", "StatefulSet/open-webui"],
    reason: "both programs read these secrets from the environment only; Redis, which can, reads a file",
  },
  {
    auditor: "checkov",
    check: "CKV_AWS_273",
    objects: ["resource.user"],
    reason: "a program outside AWS calls Bedrock with this user; nobody signs in as it",
  },
  {
    auditor: "checkov",
    check: "CKV_AWS_40",
    objects: ["resource.policy_1-attachment_CD9765B7"],
    reason: "one user with one policy: a group would add a place in which rights can be widened unseen",
  },
  {
    auditor: "checkov",
    check: "CKV_AWS_26",
    objects: ["resource.token-alarms_topic_032CE3B7"],
    reason:
      "the topic carries a model's name and an amount; CloudWatch can't publish with AWS's free key, and another costs",
  },
  {
    auditor: "kube-score",
    check: "container-resources",
    objects: workloads,
    reason: "no CPU limit, as above",
  },
  {
    auditor: "kube-score",
    check: "container-image-pull-policy",
    objects: workloads,
    reason: "images are pinned by digest: Always would ask the registry at each start and get the same bytes",
  },
  {
    auditor: "kube-score",
    check: "deployment-replicas",
    objects: ["Deployment/litellm", "Deployment/open-webui-redis"],
    reason: "a homelab's size; liteLlm.replicas is a setting, and two Redis pods can't share the volume",
  },
  {
    auditor: "kube-score",
    check: "deployment-strategy",
    objects: ["Deployment/open-webui-redis"],
    reason: "Recreate: two pods can't share the volume",
  },
  {
    auditor: "kube-score",
    check: "statefulset-has-servicename",
    objects: ["StatefulSet/open-webui"],
    reason:
      "it wants a headless Service, for replicas that are told apart; there is one replica, behind the Service of the ingress",
  },
];
