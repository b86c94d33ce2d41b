import { TokenAlarms, type TokenAlarmsProps } from "../../../terraform/constructs/token-alarms";
import { accept, minimalWith } from "../../support/config-input";
import { findResource, listResources, reference, renderTerraformConstruct } from "../../support/terraform-construct";

const models = {
  sonnet: { model: "anthropic.claude-sonnet-4-6", profile: "global" },
  "sonnet-again": { model: "anthropic.claude-sonnet-4-6", profile: "global" },
  titan: { model: "amazon.titan-embed-text-v2:0" },
};
const props: Required<TokenAlarmsProps> = {
  name: "test-chat",
  models: accept(minimalWith({ models })).models,
  usdPerFiveMinutes: 0.5,
  notify: ["one@example.com", "two@example.com"],
};
const { json } = renderTerraformConstruct((scope) => new TokenAlarms(scope, "token-alarms", props));
const topicArn = reference(`aws_sns_topic.${Object.keys(json.resource["aws_sns_topic"] ?? {}).join()}.arn`);

function metric(id: string, metric_name: string, ModelId: string) {
  return { id, metric: { namespace: "AWS/Bedrock", metric_name, dimensions: { ModelId }, period: 300, stat: "Sum" } };
}

describe("TokenAlarms", () => {
  it("has one alarm per model, however many aliases it has, and one subscription per address", () => {
    expect(
      listResources(json)
        .map(({ type, path }) => `${type} ${path}`)
        .sort(),
    ).toEqual([
      "aws_cloudwatch_metric_alarm token-alarms/amazon.titan-embed-text-v2:0",
      "aws_cloudwatch_metric_alarm token-alarms/global.anthropic.claude-sonnet-4-6",
      "aws_sns_topic token-alarms/topic",
      "aws_sns_topic_subscription token-alarms/e-mail-one@example.com",
      "aws_sns_topic_subscription token-alarms/e-mail-two@example.com",
    ]);
  });

  it("counts what the tokens of five minutes cost, by the catalogue's prices, under the id that is called", () => {
    const id = "global.anthropic.claude-sonnet-4-6";
    expect(findResource(json, "aws_cloudwatch_metric_alarm", `token-alarms/${id}`).settings).toEqual({
      alarm_name: `test-chat: tokens of ${id}`,
      alarm_description: `The tokens of ${id} cost more than 0.5 USD in five minutes.`,
      metric_query: [
        { id: "usd", label: "USD", expression: "(input * 3 + output * 15) / 1000000", return_data: true },
        metric("input", "InputTokenCount", id),
        metric("output", "OutputTokenCount", id),
      ],
      comparison_operator: "GreaterThanThreshold",
      threshold: 0.5,
      evaluation_periods: 1,
      treat_missing_data: "notBreaching",
      alarm_actions: [topicArn],
    });
  });

  it("counts the input alone of an embedding model, which answers no tokens", () => {
    const id = "amazon.titan-embed-text-v2:0";
    expect(findResource(json, "aws_cloudwatch_metric_alarm", `token-alarms/${id}`).settings["metric_query"]).toEqual([
      { id: "usd", label: "USD", expression: "(input * 0.02) / 1000000", return_data: true },
      metric("input", "InputTokenCount", id),
    ]);
  });

  it("sends e-mails to every address", () => {
    expect(findResource(json, "aws_sns_topic", "token-alarms/topic").settings).toEqual({
      name: "test-chat-token-alarms",
    });
    for (const endpoint of props.notify) {
      const { settings } = findResource(json, "aws_sns_topic_subscription", `token-alarms/e-mail-${endpoint}`);
      expect(settings).toEqual({ topic_arn: topicArn, protocol: "email", endpoint });
    }
  });
});
