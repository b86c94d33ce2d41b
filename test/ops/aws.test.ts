import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { GetFoundationModelCommand } from "@aws-sdk/client-bedrock";
import { parseConfig } from "../../lib/config";
import { connectToAws } from "../../ops/aws";
import { minimal } from "../support/config-input";

const before = process.env;

beforeEach(() => {
  process.env = { ...before };
});

afterEach(() => {
  process.env = before;
});

describe("connectToAws", () => {
  const config = parseConfig({ ...minimal, aws: { region: "us-west-2" } }, "stack.config.ts");

  it("asks in the configured Region", async () => {
    const { bedrock, iam, sts } = connectToAws(config);
    for (const { config } of [bedrock, iam, sts]) expect(await config.region()).toBe("us-west-2");
  });

  it("asks elsewhere when AWS_ENDPOINT_URL says so", async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end("{}");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
    });
    const { bedrock } = connectToAws(config);
    await bedrock.send(new GetFoundationModelCommand({ modelIdentifier: "amazon.nova-lite-v1:0" }));
    server.close();
    expect(asked).toEqual(["/foundation-models/amazon.nova-lite-v1%3A0"]);
  });
});
