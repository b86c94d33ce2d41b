import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { Construct } from "constructs";
import { type ConfiguredModel, invocationId } from "../../lib/models";

export interface TokenAlarmsProps {
  /** Name of the topic, and what the alarms' names begin with. */
  readonly name: string;
  readonly models: readonly ConfiguredModel[];
  /** What the tokens of one model may cost in five minutes, by the catalogue's prices. */
  readonly usdPerFiveMinutes: number;
  /** E-mail addresses. Each gets one message from AWS that asks for a confirmation. */
  readonly notify: readonly string[];
}

/**
 * One CloudWatch alarm per model on what its tokens of five minutes cost. They react in minutes and stop nothing.
 *
 * Bedrock counts all calls of the account in a Region, under the id that the call names.
 * Source: Amazon Bedrock User Guide, "Monitor bedrock-runtime inference using CloudWatch metrics".
 */
export class TokenAlarms extends Construct {
  constructor(scope: Construct, id: string, props: TokenAlarmsProps) {
    super(scope, id);
    const topic = new SnsTopic(this, "topic", { name: `${props.name}-token-alarms` });
    for (const endpoint of props.notify) {
      new SnsTopicSubscription(this, `e-mail-${endpoint}`, { topicArn: topic.arn, protocol: "email", endpoint });
    }
    // Several aliases may lead to one model, which has one count.
    const models = new Map(props.models.map((model) => [invocationId(model), model]));
    for (const [modelId, model] of models) {
      new CloudwatchMetricAlarm(this, modelId, {
        alarmName: `${props.name}: tokens of ${modelId}`,
        alarmDescription: `The tokens of ${modelId} cost more than ${props.usdPerFiveMinutes} USD in five minutes.`,
        metricQuery: costQueries(modelId, model),
        comparisonOperator: "GreaterThanThreshold",
        threshold: props.usdPerFiveMinutes,
        evaluationPeriods: 1,
        // Nobody chats: no data.
        treatMissingData: "notBreaching",
        alarmActions: [topic.arn],
      });
    }
  }
}

/** Metric math for USD per five minutes. An embedding model answers no tokens. */
function costQueries(modelId: string, { prices, definition }: ConfiguredModel) {
  const perToken = [
    { id: "input", metricName: "InputTokenCount", price: prices.input },
    { id: "output", metricName: "OutputTokenCount", price: prices.output },
  ].filter(({ id }) => id === "input" || definition.kind === "chat");
  const sum = perToken.map(({ id, price }) => `${id} * ${price}`).join(" + ");
  return [
    { id: "usd", label: "USD", expression: `(${sum}) / 1000000`, returnData: true },
    ...perToken.map(({ id, metricName }) => ({
      id,
      metric: { namespace: "AWS/Bedrock", metricName, dimensions: { ModelId: modelId }, period: 300, stat: "Sum" },
    })),
  ];
}
