/**
 * Tests against real parts. Each says at its top what it needs; `npm test` runs none of them.
 * @type {import("jest").Config}
 */
module.exports = {
  testEnvironment: "node",
  rootDir: "../..",
  roots: ["<rootDir>/test/real"],
  transform: { "\\.ts$": "@swc/jest" },
  testTimeout: 600_000,
  maxWorkers: 1,
  maxConcurrency: 2,
};
