import { k8s } from "cdk8s-plus-28";
import {
  type ContainerResources,
  drainFirst,
  hardenedContainer,
  hardenedPod,
  httpProbes,
  plainEnv,
  resourceRequirements,
  secretEnv,
} from "../../../k8s/constructs/hardened-pod";

describe("hardenedPod", () => {
  const pod = hardenedPod;

  it("runs as distroless' nonroot, to whom the files on the volumes belong: another user would lock them", () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532 });
  });

  it("makes volumes writable for the group, once instead of at every start", () => {
    expect(pod.securityContext).toMatchObject({ fsGroup: 65532, fsGroupChangePolicy: "OnRootMismatch" });
  });

  it("has the runtime's seccomp profile, which the restricted Pod Security Standard asks for", () => {
    expect(pod.securityContext?.seccompProfile).toEqual({ type: "RuntimeDefault" });
  });

  it("gets no service-account token", () => {
    expect(pod.automountServiceAccountToken).toBe(false);
  });

  it("gets no variables of other Services, some of which LiteLLM and Open WebUI read as settings", () => {
    expect(pod.enableServiceLinks).toBe(false);
  });
});

describe("hardenedContainer", () => {
  it("has a read-only root, no capabilities and no way to gain privileges", () => {
    expect(hardenedContainer.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("pulls its image once", () => {
    expect(hardenedContainer.imagePullPolicy).toBe("IfNotPresent");
  });
});

describe("resourceRequirements", () => {
  it("requests CPU, memory and disk, and limits memory and disk alone", () => {
    const resources: Required<ContainerResources> = { cpuRequest: "100m", memoryRequest: "400Mi", memoryLimit: "1Gi" };
    expect(resourceRequirements(resources, "256Mi")).toEqual({
      requests: {
        cpu: k8s.Quantity.fromString("100m"),
        memory: k8s.Quantity.fromString("400Mi"),
        "ephemeral-storage": k8s.Quantity.fromString("32Mi"),
      },
      limits: { memory: k8s.Quantity.fromString("1Gi"), "ephemeral-storage": k8s.Quantity.fromString("256Mi") },
    });
  });
});

describe("environment variables", () => {
  it("are in the open when they are no secret, in the given order", () => {
    expect(plainEnv({ B: "2", A: "1" })).toEqual([
      { name: "B", value: "2" },
      { name: "A", value: "1" },
    ]);
  });

  it("are references when they are secret: one per key, under the key's own name", () => {
    expect(secretEnv("keys", ["PASSWORD", "TOKEN"])).toEqual([
      { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "keys", key: "PASSWORD" } } },
      { name: "TOKEN", valueFrom: { secretKeyRef: { name: "keys", key: "TOKEN" } } },
    ]);
  });
});

describe("httpProbes", () => {
  const probes = httpProbes({ port: "http", livenessPath: "/live", readinessPath: "/ready", startupSeconds: 100 });
  const port = k8s.IntOrString.fromString("http");

  it("asks for life where nothing else is asked, and for readiness where the caller says", () => {
    expect(probes.startupProbe?.httpGet).toEqual({ path: "/live", port });
    expect(probes.livenessProbe?.httpGet).toEqual({ path: "/live", port });
    expect(probes.readinessProbe?.httpGet).toEqual({ path: "/ready", port });
  });

  it.each([99, 100, 101])("lets a start take %i seconds and hardly more", (startupSeconds) => {
    const { startupProbe } = httpProbes({ port: "http", livenessPath: "/", readinessPath: "/", startupSeconds });
    const allowed = (startupProbe?.periodSeconds ?? 0) * (startupProbe?.failureThreshold ?? 0);
    expect(allowed).toBeGreaterThanOrEqual(startupSeconds);
    expect(allowed).toBeLessThan(startupSeconds + 3);
  });

  it("kills a pod only after four minutes without an answer", () => {
    expect(probes.livenessProbe).toMatchObject({ periodSeconds: 30, failureThreshold: 8, timeoutSeconds: 10 });
  });

  it("takes a pod out of service after half a minute", () => {
    expect(probes.readinessProbe).toMatchObject({ periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 });
  });
});

describe("drainFirst", () => {
  it("waits in Python, which every image that uses it has", () => {
    expect(drainFirst(5)).toEqual({
      preStop: { exec: { command: ["python", "-c", "import time; time.sleep(5)"] } },
    });
  });
});
