import { createKubernetesApp } from "../../../k8s/app";
import { SimulatedBedrock, type SimulatedBedrockProps } from "../../../k8s/constructs/simulated-bedrock";
import { loadExample } from "../../support/examples";
import { testImages } from "../../support/images";
import { findContainer, findObject, listObjects, plainVariables, renderConstruct } from "../../support/kubernetes";

const all: Required<SimulatedBedrockProps> = { image: testImages.node, program: "// the program" };

function render(changes: Partial<SimulatedBedrockProps> = {}) {
  const { construct, objects } = renderConstruct(
    (scope) => new SimulatedBedrock(scope, "bedrock", { ...all, ...changes }),
  );
  const { template } = findObject(objects, "Deployment", "simulated-bedrock").spec;
  return { construct, objects, template, container: findContainer(template, "simulated-bedrock") };
}

describe("SimulatedBedrock", () => {
  it("runs the program from its ConfigMap, on the given image", () => {
    const { objects, container } = render();
    expect(findObject(objects, "ConfigMap", "simulated-bedrock").data).toEqual({ "main.js": all.program });
    expect(container).toMatchObject({ image: testImages.node, command: ["node", "/program/main.js"] });
    expect(plainVariables(container)).toEqual({ PORT: "8080", CONTROL_PORT: "8081" });
  });

  it("rolls when its program changes", () => {
    const annotations = (program: string) => render({ program }).template.metadata.annotations;
    expect(annotations("// another")).not.toEqual(annotations("// the program"));
    expect(annotations("// another")).toEqual(annotations("// another"));
  });

  it("hands out its address, behind a Service that hides the control port", () => {
    const { construct, objects } = render();
    expect(construct.url).toBe("http://simulated-bedrock:8080");
    const { ports } = findObject(objects, "Service", "simulated-bedrock").spec;
    expect(ports.map(({ port }) => port)).toEqual([8080]);
  });
});

describe("an app with a simulated Bedrock", () => {
  const config = loadExample("minimal");
  const objectsOf = (simulated: boolean) =>
    createKubernetesApp(config, testImages, simulated ? { simulatedBedrock: all } : {}).charts.flatMap((chart) =>
      chart.toJson(),
    );

  it("has it and its network policy, which let LiteLLM in and nothing out, besides the stack", () => {
    const added = listObjects(objectsOf(true)).filter((object) => !listObjects(objectsOf(false)).includes(object));
    expect(added.sort()).toEqual([
      "ConfigMap simulated-bedrock",
      "Deployment simulated-bedrock",
      "NetworkPolicy simulated-bedrock",
      "Service simulated-bedrock",
    ]);
    const { spec } = findObject(objectsOf(true), "NetworkPolicy", "simulated-bedrock");
    expect(spec).not.toHaveProperty("egress");
    expect(spec).toMatchObject({ ingress: [{ from: [{ podSelector: { matchLabels: { app: "litellm" } } }] }] });
  });

  it("is what LiteLLM calls", () => {
    const { template } = findObject(objectsOf(true), "Deployment", "litellm").spec;
    expect(plainVariables(findContainer(template, "litellm"))).toMatchObject({
      AWS_BEDROCK_RUNTIME_ENDPOINT: "http://simulated-bedrock:8080",
    });
  });
});
