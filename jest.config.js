/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  // On two cores the default would be one worker.
  maxWorkers: "100%",
  roots: ["<rootDir>/test"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/real/"],
  transform: { "\\.ts$": "@swc/jest" },
};
