/** One way to break the product, and the checks that have to notice it without its snapshots. */
export interface Mutation {
  /** What a user would lose. */
  readonly harm: string;
  readonly file: string;
  /** A text that stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
  /** Test files that fail. */
  readonly caughtBy: readonly string[];
  /** Matches the names of those tests which are run: for files whose tests take long together. @default all are run */
  readonly tests?: string;
}

const iam = "test/invariants/iam.test.ts";
const kubernetes = "test/invariants/kubernetes.test.ts";
const terraform = "test/invariants/terraform.test.ts";
const permissions = "terraform/constructs/bedrock-permissions.ts";
const policy = "terraform/constructs/bedrock-policy.ts";
const credentials = "k8s/constructs/litellm/aws-credentials.ts";
const pod = "k8s/constructs/hardened-pod.ts";
const webUi = "k8s/constructs/open-webui/open-webui.ts";
const webUiEnvironment = "k8s/constructs/open-webui/environment.ts";
const proxyConfig = "k8s/constructs/litellm/proxy-config.ts";

export const mutations: readonly Mutation[] = [
  {
    harm: "a destination Region is missing from the policy: every few calls fail with AccessDenied",
    file: permissions,
    from: "unique([model.region, ...model.destinations]).map",
    to: "unique([model.region]).map",
    caughtBy: [iam],
    tests: "examples/digitalocean",
  },
  {
    harm: "the policy allows every model",
    file: permissions,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of the product's source
    from: "return `arn:aws:bedrock:${region}::foundation-model/${modelId}`;",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of the product's source
    to: "return `arn:aws:bedrock:${region}::foundation-model/${modelId.slice(0, 0)}*`;",
    caughtBy: [iam],
    tests: "examples/digitalocean",
  },
  {
    harm: "streams are not allowed: tests pass and the chat fails",
    file: permissions,
    from: '["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"] as const',
    to: '["bedrock:InvokeModel"] as const',
    caughtBy: [iam],
    tests: "examples/digitalocean",
  },
  {
    harm: "models can be called around their profiles",
    file: permissions,
    from: "return condition === undefined ? statement : { ...statement, Condition: condition };",
    to: 'return condition === undefined || sid.startsWith("InvokeModelsThroughProfiles") ? statement : { ...statement, Condition: condition };',
    caughtBy: [iam],
    tests: "examples/digitalocean",
  },
  {
    harm: "any Marketplace product can be bought",
    file: permissions,
    from: '            "ForAnyValue:StringEquals": { "aws-marketplace:ProductId": products },',
    to: "",
    caughtBy: [iam],
    tests: "examples/digitalocean",
  },
  {
    harm: "a stolen key works behind any VPC endpoint",
    file: permissions,
    from: '{ IpAddress: { "aws:SourceIp": sourceIps } }',
    to: '{ IpAddressIfExists: { "aws:SourceIp": sourceIps } }',
    caughtBy: [iam],
    tests: "examples/web-identity",
  },
  {
    harm: "the caller's address is asked for where Bedrock checks the models: with aws.sourceIps every call fails",
    file: permissions,
    from: '    this.statement = allow("InvokeModelsThroughProfiles", invokeActions, resources, {\n',
    to: '    this.statement = allow("InvokeModelsThroughProfiles", invokeActions, resources, {\n      ...fromSourceIps(options),\n',
    caughtBy: [iam],
    tests: "examples/web-identity",
  },
  {
    harm: "a policy is too large: IAM refuses it in the middle of a deployment",
    file: policy,
    from: "sizeOf([...last, model]) <= maximumSize",
    to: "sizeOf([...last, model]) <= 2 * maximumSize",
    caughtBy: [terraform],
  },
  {
    harm: "the second policy is attached to nobody: its models are denied",
    file: policy,
    from: "new IamRolePolicyAttachment(",
    to: "if (index === 0) new IamRolePolicyAttachment(",
    caughtBy: [terraform],
  },
  {
    harm: "every service account of the cluster may assume the role",
    file: "terraform/constructs/web-identity-role.ts",
    from: "[`$" + "{issuer}:sub`]: [tokenSubject(namespace)], ",
    to: "",
    caughtBy: ["test/terraform/constructs/web-identity-role.test.ts"],
  },
  {
    harm: "LiteLLM's pod gets a token for the cluster's API",
    file: credentials,
    from: "audience: tokenAudience, ",
    to: "",
    caughtBy: [kubernetes],
  },
  {
    harm: "the AWS key stays in the Secret of a stack that has a role",
    file: "k8s/charts/secrets-chart.ts",
    from: 'hasAwsKey: aws.credentials.kind === "access-key"',
    to: "hasAwsKey: true",
    caughtBy: ["test/k8s/charts/secrets-chart.test.ts", kubernetes],
  },
  {
    harm: "the access key is another resource: the running one is deleted",
    file: "terraform/constructs/user-access-keys.ts",
    from: "new IamAccessKey(this, slot,",
    to: "new IamAccessKey(this, `key-$" + "{slot}`,",
    caughtBy: [terraform],
  },
  {
    harm: "a secret output is printed",
    file: "terraform/stacks/bedrock-stack.ts",
    from: "staticId: true, sensitive: true, value",
    to: "staticId: true, value",
    caughtBy: [terraform],
  },
  {
    harm: "the Secret carries the key that is about to go",
    file: "terraform/constructs/user-access-keys.ts",
    from: "made.find(([slot]) => slot === keys.inUse)",
    to: "made.find(([slot]) => slot !== keys.inUse)",
    caughtBy: ["test/terraform/constructs/user-access-keys.test.ts"],
  },
  {
    harm: "a rotation deletes the old key before anyone could go back",
    file: "lib/access-keys.ts",
    from: "if (createdAt(key) > createdAt(inUse)) return switchTo(other, keys);",
    to: "if (createdAt(key) > createdAt(inUse)) return { ...switchTo(other, keys), keys: without({ ...keys, inUse: other }, keys.inUse) };",
    caughtBy: ["test/lib/access-keys.test.ts"],
  },
  {
    harm: "deploy takes the volumes with all chats for left over",
    file: "ops/cluster-plan.ts",
    from: '  "configmaps",',
    to: '  "configmaps",\n  "persistentvolumeclaims",',
    caughtBy: ["test/ops/cluster-plan.test.ts"],
  },
  {
    harm: "deploy removes what a schedule made, while it runs",
    file: "ops/cluster-plan.ts",
    from: " || object.metadata.ownerReferences !== undefined",
    to: "",
    caughtBy: ["test/ops/cluster-plan.test.ts"],
  },
  {
    harm: "deploy takes the pods of before for the new ones",
    file: "ops/rollout.ts",
    from: "if (!isObserved(workload)) return false;",
    to: "",
    caughtBy: ["test/ops/rollout.test.ts"],
  },
  {
    harm: "deploy changes AWS and the cluster without asking",
    file: "ops/commands/deploy.ts",
    from: "if (!isEmpty) await requireConsent",
    to: "if (isEmpty) await requireConsent",
    caughtBy: ["test/ops/commands/deploy.test.ts"],
    tests: "nobody is there to consent",
  },
  {
    harm: "a step of a rotation skips one that isn't deployed: running pods lose their key",
    file: "ops/commands/rotate-key.ts",
    from: "if (expected.includes(deployed)) return;",
    to: "if (expected.length > 0) return;",
    caughtBy: ["test/ops/commands/rotate-key.test.ts"],
    tests: "refuses to go on",
  },
  {
    harm: "the old key ends while pods still sign with it",
    file: "ops/litellm-key.ts",
    from: "if ((await this.idInPod(metadata.name)) !== id) return false;",
    to: 'if ((await this.idInPod(metadata.name)) === "") return false;',
    caughtBy: ["test/ops/commands/rotate-key.test.ts"],
    tests: "replaces pods that had started",
  },
  {
    harm: "the old key ends although no model answers with the new one",
    file: "ops/key-deployment.ts",
    from: 'if (outcome !== "answered") throw',
    to: 'if (outcome === "not tried") throw',
    caughtBy: ["test/ops/commands/rotate-key.test.ts"],
    tests: "no model answers",
  },
  {
    harm: "a rotation that was stopped at its rest begins another one",
    file: "ops/commands/rotate-key.ts",
    from: "!plan.isEmpty && isAtRest(accessKeys) ? []",
    to: "plan.isEmpty && isAtRest(accessKeys) ? []",
    caughtBy: ["test/ops/commands/rotate-key.test.ts"],
    tests: "in a later run",
  },
  {
    harm: "a revocation that goes on deletes the new key, too",
    file: "ops/commands/revoke-key.ts",
    from: ".filter((key) => key.endsWith(id))",
    to: '.filter((key) => key.endsWith(id) || id !== "")',
    caughtBy: ["test/ops/commands/revoke-key.test.ts"],
    tests: "when it is run again",
  },
  {
    harm: "Terraform deletes the user and its key unasked",
    file: "terraform/stacks/bedrock-stack.ts",
    from: "const preventDestroy = aws.allowDestroy === undefined;",
    to: "const preventDestroy = aws.allowDestroy !== undefined;",
    caughtBy: [terraform],
  },
  {
    harm: "AWS Budgets may give the user any rights",
    file: "terraform/constructs/spend-guard.ts",
    from: '        Condition: { ArnEquals: { "iam:PolicyARN": [policyArn] } },\n',
    to: "",
    caughtBy: ["test/invariants/spend-guard.test.ts"],
  },
  {
    harm: "any account's budget may deny the user its models",
    file: "terraform/constructs/spend-guard.ts",
    from:
      '          StringEquals: { "aws:SourceAccount": [accountId] },\n          ArnLike: { "aws:SourceArn": [`arn:aws:budgets::$' +
      "{accountId}:budget/*`] },\n",
    to: "",
    caughtBy: ["test/invariants/spend-guard.test.ts"],
  },
  {
    harm: "the spend guard lets streams through",
    file: "terraform/constructs/spend-guard.ts",
    from: '"bedrock:Invoke*"',
    to: '"bedrock:InvokeModel"',
    caughtBy: ["test/invariants/spend-guard.test.ts"],
  },
  {
    harm: "the budget counts Amazon Bedrock alone, and misses Claude",
    file: "terraform/constructs/spend-guard.ts",
    from: '...(scope.kind === "account" ? {} : {',
    to: '...(scope.kind === "account" ? { costFilter: [{ name: "Service", values: ["Amazon Bedrock"] }] } : {',
    caughtBy: ["test/terraform/constructs/spend-guard.test.ts"],
  },
  {
    harm: "a token alarm watches a model that nobody calls",
    file: "terraform/constructs/token-alarms.ts",
    from: "dimensions: { ModelId: modelId }",
    to: 'dimensions: { ModelId: modelId.replace(/^us[.]|^global[.]/, "") }',
    caughtBy: ["test/terraform/constructs/token-alarms.test.ts"],
  },
  {
    harm: "two people change the state in the bucket at once",
    file: "terraform/state-backend.ts",
    from: 'backend.addOverride("use_lockfile", true);',
    to: "",
    caughtBy: [terraform],
  },
  {
    harm: "containers run with a writable root",
    file: pod,
    from: "readOnlyRootFilesystem: true",
    to: "readOnlyRootFilesystem: false",
    caughtBy: [kubernetes],
  },
  {
    harm: "a probe is gone: a pod that hangs stays",
    file: pod,
    from: "livenessProbe: { ...get(options.livenessPath)",
    to: "lifecycleProbe: { ...get(options.livenessPath)",
    caughtBy: [kubernetes],
  },
  {
    harm: "other Services' variables reach LiteLLM as settings",
    file: pod,
    from: "enableServiceLinks: false",
    to: "enableServiceLinks: true",
    caughtBy: [kubernetes],
  },
  {
    harm: "two versions of Open WebUI work on one database",
    file: webUi,
    from: 'updateStrategy: { type: "OnDelete" }',
    to: 'updateStrategy: { type: "RollingUpdate" }',
    caughtBy: [kubernetes],
  },
  {
    harm: "the chat is taken away whenever Redis restarts",
    file: webUi,
    from: 'readinessPath: "/health/db"',
    to: 'readinessPath: "/ready"',
    caughtBy: [kubernetes],
  },
  {
    harm: "an existing installation's data isn't found",
    file: webUi,
    from: 'new VolumeClaim(this, "data", { name, ...props.storage })',
    to: 'new VolumeClaim(this, "data", { name: `$' + "{name}-data`, ...props.storage })",
    caughtBy: ["test/k8s/constructs/open-webui/open-webui.test.ts"],
  },
  {
    harm: "a lookalike pod of any namespace reaches LiteLLM",
    file: "k8s/constructs/network-policies.ts",
    from: "    namespaceSelector: { matchLabels: { [namespaceNameLabel]: namespace } },",
    to: "    namespaceSelector: {},",
    caughtBy: [kubernetes],
  },
  {
    harm: "LiteLLM reaches the cloud's metadata service",
    file: "lib/addresses.ts",
    from: '  "169.254.0.0/16",\n',
    to: "",
    caughtBy: [kubernetes],
  },
  {
    harm: "the master key stands in a manifest",
    file: proxyConfig,
    from: "master_key: `os.environ/$" + "{secretKeys.liteLlm.masterKey}`",
    to: 'master_key: ["sk", "0123456789abcdefghij"].join("-")',
    caughtBy: [kubernetes],
  },
  {
    harm: "the budget doesn't block",
    file: proxyConfig,
    from: "provider_budget_config: { bedrock:",
    to: "provider_budgets: { bedrock:",
    caughtBy: ["test/k8s/constructs/litellm/proxy-config.test.ts"],
  },
  {
    harm: "prices are read as text by PyYAML: spending counts as nothing",
    file: proxyConfig,
    from: "customTags: (tags) => [decimalNumber, ...tags], ",
    to: "",
    caughtBy: ["test/k8s/constructs/litellm/proxy-config.test.ts"],
  },
  {
    harm: "a price is wrong by a factor of ten",
    file: "lib/models.ts",
    from: "us: throughUs({ input: 1.1, output: 5.5, cacheWrite: 1.375, cacheRead: 0.11 })",
    to: "us: throughUs({ input: 11, output: 5.5, cacheWrite: 1.375, cacheRead: 0.11 })",
    caughtBy: ["test/lib/models.test.ts"],
  },
  {
    harm: "uploads are dropped silently",
    file: webUiEnvironment,
    from: 'BYPASS_EMBEDDING_AND_RETRIEVAL: "True"',
    to: 'BYPASS_EMBEDDING_AND_RETRIEVAL: "False"',
    caughtBy: ["test/k8s/constructs/open-webui/environment.test.ts"],
  },
  {
    harm: "whoever sends the e-mail header is that user",
    file: "k8s/charts/open-webui-chart.ts",
    from: 'if (signIn.kind !== "trusted-header") return [];',
    to: 'if (signIn.kind !== "trusted-header" || signIn.emailHeader !== "") return [];',
    caughtBy: ["test/k8s/charts/open-webui-chart.test.ts"],
  },
  {
    harm: "the shared account may be used without any sign-in in front",
    file: "lib/config/parse.ts",
    from: 'if (ingress.kind === "traefik" && ingress.middlewares.length > 0) return [];',
    to: 'if (ingress.kind === "traefik") return [];',
    caughtBy: ["test/lib/config/parse.test.ts"],
  },
  {
    harm: "an empty master key is applied: LiteLLM answers everyone",
    file: "k8s/constructs/secrets/stack-secrets.ts",
    from: 'if (value === undefined || value.trim() === "")',
    to: "if (value === undefined)",
    caughtBy: ["test/k8s/constructs/secrets/stack-secrets.test.ts"],
  },
  {
    harm: "Redis forgets the budget when memory is short",
    file: "k8s/constructs/redis/redis.ts",
    from: "maxmemory-policy noeviction",
    to: "maxmemory-policy allkeys-lru",
    caughtBy: ["test/k8s/constructs/redis/redis.test.ts"],
  },
  {
    harm: "every new pod tells a spent budget: its gauge has no label, and begins at 0",
    file: "lib/metrics.ts",
    from: '  "api_key_alias",\n  "client_ip",',
    to: '  "api_key_alias",\n  "api_provider",\n  "client_ip",',
    caughtBy: ["test/lib/metrics.test.ts"],
  },
  {
    harm: "an alert reads a metric that nobody serves, and stays silent for ever",
    file: "k8s/alerts/availability.ts",
    from: "kube_statefulset_status_replicas_ready{",
    to: "kube_statefulset_replicas_ready{",
    caughtBy: ["test/invariants/monitoring.test.ts"],
  },
  {
    harm: "a panel groups by a label that LiteLLM leaves out",
    file: "k8s/dashboards/latency.ts",
    from: "sum by (model_id, le)",
    to: "sum by (model, le)",
    caughtBy: ["test/invariants/monitoring.test.ts"],
  },
  {
    harm: "LiteLLM's metrics are open to everyone beside an operator, which could show a key",
    file: "k8s/charts/litellm-chart.ts",
    from: '"prometheus-operator": "key"',
    to: '"prometheus-operator": "annotated"',
    caughtBy: ["test/k8s/charts/litellm-chart.test.ts"],
  },
  {
    harm: "a backup that was cut off between two files counts as whole",
    file: "backup/archive.ts",
    from: 'if (expected === undefined) throw new BackupError("The backup is damaged: its end is missing.");',
    to: "if (expected === undefined) return;",
    caughtBy: ["test/backup/archive.test.ts"],
  },
  {
    harm: "a passphrase can be guessed a hundred times as fast",
    file: "backup/scrypt.ts",
    from: "export const defaultWorkFactor = 18;",
    to: "export const defaultWorkFactor = 11;",
    caughtBy: ["test/backup/encryption.test.ts"],
  },
];
