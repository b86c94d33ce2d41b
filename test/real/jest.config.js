/**
 * Tests against real parts. Each says at its top what it needs; `npm test` runs none of them.
 * @type {import("jest").Config}
 */
module.exports = {
  testEnvironment: "node",
  rootDir: "../..",
  roots: ["<rootDir>/test/real"],
  // These packages are ES modules alone.
  transform: { "\\.[jt]s$": "@swc/jest" },
  transformIgnorePatterns: ["/node_modules/(?!(?:age-encryption|@noble/[a-z-]+|@scure/base)/)"],
  testTimeout: 600_000,
  maxWorkers: 1,
  maxConcurrency: 2,
};
