/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  // On two cores the default would be one worker.
  maxWorkers: "100%",
  // Some start processes, which takes its time on a busy machine.
  testTimeout: 30_000,
  roots: ["<rootDir>/test"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/real/"],
  // These packages are ES modules alone.
  transform: { "\\.[jt]s$": "@swc/jest" },
  transformIgnorePatterns: ["/node_modules/(?!(?:age-encryption|@noble/[a-z-]+|@scure/base)/)"],
};
