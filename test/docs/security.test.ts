import { loadConfig } from "../../lib/config";
import { type Edge, networkEdges, type Peer } from "../../lib/network";
import { accessCases, organisationDenial, readPolicies } from "../support/iam";
import { renderTerraform } from "../support/terraform";
import { allConfigs, configOf } from "../support/variants";
import { codeBlocks, codeSpans, readPage, rowsUnder } from "./markdown";

const heading = "Who may talk to whom";

function describePeer(peer: Peer): string {
  switch (peer.kind) {
    case "component":
      return `\`${peer.component}\``;
    case "pods": {
      const labels = Object.entries(peer.podLabels).map(([key, value]) => `\`${key}=${value}\``);
      return `${peer.name}: pods ${labels.join(", ")} in \`${peer.namespace}\``;
    }
    case "addresses":
      return peer.name;
  }
}

function edgeRow({ from, to, ports, why }: Edge): Record<string, string> {
  return {
    From: describePeer(from),
    To: describePeer(to),
    Port: ports.map(({ port, protocol }) => `${protocol} ${port}`).join(", "),
    "What for": why,
  };
}

describe("docs/security.md", () => {
  const page = readPage("docs/security.md");
  const config = loadConfig({});
  const edges = networkEdges(config);

  it("shows exactly the network edges of the default configuration", () => {
    expect(edges.length).toBeGreaterThan(0);
    expect(rowsUnder(page, heading)).toEqual(edges.map(edgeRow));
  });

  it("names every address range that is left out of the public ones", () => {
    const ranges = edges.flatMap(({ to }) =>
      to.kind === "addresses" ? to.blocks.flatMap(({ except }) => [...except]) : [],
    );
    expect(ranges.length).toBeGreaterThan(0);
    expect(ranges.filter((range) => !page.includes(`\`${range}\``))).toEqual([]);
  });

  it("would differ for another configuration", () => {
    const closed = networkEdges({ ...config, ingress: { kind: "none" } });
    expect(rowsUnder(page, heading)).not.toEqual(closed.map(edgeRow));
  });

  it("names every statement of the IAM policies, and no other", () => {
    const rendered = allConfigs.flatMap(([, config]) =>
      readPolicies(renderTerraform(config)).flatMap(({ Statement }) => Statement.map(({ Sid }) => Sid)),
    );
    const documented = rowsUnder(page, "IAM").flatMap(({ Statement = "" }) => codeSpans(Statement));
    expect(documented.length).toBeGreaterThan(0);
    expect([...documented].sort()).toEqual([...new Set(rendered)].sort());
  });

  it("shows what a person sees when an organisation denies a Region to which a profile routes", () => {
    const routed = accessCases(configOf("examples/minimal")).find(
      ({ id }) => id === "nova-lite, in us-west-2 through its profile: InvokeModel",
    );
    expect(routed).toBeDefined();
    expect(codeBlocks(page, "text")).toEqual(routed === undefined ? [] : [`${organisationDenial(routed)}\n`]);
  });

  it("names what to make first by the addresses that Terraform knows", () => {
    const targets = [...page.matchAll(/-target=([\w.-]+)/g)].map(([, address = ""]) => address);
    const addresses = ["examples/web-identity", "examples/homelab"].flatMap((name) =>
      Object.entries(renderTerraform(configOf(name)).resource).flatMap(([type, byId]) =>
        Object.keys(byId).map((id) => `${type}.${id}`),
      ),
    );
    expect(targets).toHaveLength(3);
    expect(targets.filter((target) => !addresses.includes(target))).toEqual([]);
  });
});
