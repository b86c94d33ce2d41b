import { Provisioner, type ProvisionerProps } from "../../../../k8s/constructs/open-webui/provisioner";
import { testImages } from "../../../support/images";
import {
  findContainer,
  findObject,
  listObjects,
  type Pod,
  plainVariables,
  renderConstruct,
  secretVariables,
} from "../../../support/kubernetes";

const all: Required<ProvisionerProps> = {
  image: testImages.node,
  program: "// the program",
  provisioning: {
    signIn: { kind: "accounts", owner: "you@example.com" },
    models: [],
    assistants: [],
    documents: [],
    retrieval: null,
    skipped: [],
  },
  openWebUi: { serviceName: "open-webui", port: 80 },
  secretName: "chat-keys",
  secretsVersion: 4,
};

function render(changes: Partial<ProvisionerProps> = {}) {
  const { construct, objects } = renderConstruct(
    (scope) => new Provisioner(scope, "provisioner", { ...all, ...changes }),
  );
  const job = findObject(objects, "Job", construct.jobName);
  const { template } = job.spec as { readonly template: Pod };
  return {
    name: construct.jobName,
    objects,
    job,
    template,
    container: findContainer(template, "open-webui-provisioner"),
  };
}

const withPrompt: Partial<ProvisionerProps> = {
  provisioning: { ...all.provisioning, models: [{ id: "micro", systemPrompt: "Be short." }] },
};

describe("Provisioner", () => {
  it("runs the program from its ConfigMap, on the given image, with what is declared", () => {
    const { objects, container } = render(withPrompt);
    const { data } = findObject(objects, "ConfigMap", "open-webui-provisioner");
    expect(data["main.js"]).toBe(all.program);
    expect(JSON.parse(data["declaration.json"] ?? "")).toEqual(withPrompt.provisioning);
    expect(container).toMatchObject({ image: testImages.node, command: ["node", "/provisioner/main.js"] });
    expect(plainVariables(container)).toMatchObject({
      OPEN_WEBUI_URL: "http://open-webui:80",
      DECLARATION_FILE: "/provisioner/declaration.json",
    });
  });

  it.each<[string, Partial<ProvisionerProps>]>([
    ["declaration", withPrompt],
    ["program", { program: "// another" }],
    ["image", { image: testImages.redis }],
    ["Secret's version", { secretsVersion: 5 }],
  ])("is another Job with another %s, and the same with the same", (_, change) => {
    expect(render(change).name).not.toBe(render().name);
    expect(render(change).name).toBe(render(change).name);
    expect(render().name).toMatch(/^open-webui-provisioner-[0-9a-f]{10}$/);
  });

  it("names its Job on the ConfigMap, which keeps its own name", () => {
    const { objects, name } = render();
    expect(listObjects(objects)).toEqual(["ConfigMap open-webui-provisioner", `Job ${name}`]);
    expect(findObject(objects, "ConfigMap", "open-webui-provisioner").metadata.annotations).toEqual({
      "open-webui-bedrock/job": name,
    });
  });

  it("reads the administrator's password with accounts alone", () => {
    expect(secretVariables(render().container)).toEqual({ WEBUI_ADMIN_PASSWORD: "chat-keys/WEBUI_ADMIN_PASSWORD" });
    for (const signIn of [
      { kind: "proxy" },
      { kind: "trusted-header", header: "X-Mail", owner: "you@example.com" },
    ] as const) {
      const { container, template } = render({ provisioning: { ...all.provisioning, signIn } });
      expect(secretVariables(container)).toEqual({});
      expect(Object.keys(template.metadata.annotations)).toEqual(["open-webui-bedrock/config-checksum"]);
    }
  });

  it("is tried again for an hour, but not when only a person can mend it, and goes soon after", () => {
    expect(render().job.spec).toMatchObject({
      backoffLimit: 8,
      ttlSecondsAfterFinished: 300,
      podFailurePolicy: {
        rules: [
          { action: "FailJob", onExitCodes: { containerName: "open-webui-provisioner", values: [3] } },
          { action: "Ignore" },
        ],
      },
      template: { spec: { restartPolicy: "Never" } },
    });
  });
});
