import { images } from "../../lib/versions";

/** `repository:tag@digest`, the registry named, the tag a version. */
const pinned = /^[a-z0-9.-]+\.[a-z]+(?:\/[a-z0-9._-]+)+:v?\d[A-Za-z0-9._-]*@sha256:[0-9a-f]{64}$/;

describe("the images", () => {
  it("are one for each program", () => {
    expect(Object.keys(images).sort()).toEqual(["liteLlm", "node", "openWebUi", "postgres", "redis"]);
  });

  it.each(Object.entries(images))("have a registry, a version and a digest: %s", (_, image) => {
    expect(image).toMatch(pinned);
  });

  it("have a digest each of their own", () => {
    const digests = Object.values(images).map((image) => image.split("@")[1]);
    expect(new Set(digests).size).toBe(digests.length);
  });

  const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
  it.each([
    ["no tag", `ghcr.io/berriai/litellm@${digest}`],
    ["no digest", "ghcr.io/berriai/litellm:v1.0.0"],
    ["half a digest", `ghcr.io/berriai/litellm:v1.0.0@${digest.slice(0, 40)}`],
    ["a tag that moves", `ghcr.io/berriai/litellm:latest@${digest}`],
    ["no registry", `redis:8.2-alpine@${digest}`],
  ])("would be caught with %s", (_, image) => {
    expect(image).not.toMatch(pinned);
  });
});
