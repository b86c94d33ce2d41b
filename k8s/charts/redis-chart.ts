import type { Construct } from "constructs";
import type { StackConfig } from "../../lib/config";
import { secretNamesOf } from "../../lib/secret-names";
import type { Images } from "../../lib/versions";
import { Redis, type RedisEndpoint } from "../constructs/redis/redis";
import { StackChart } from "./stack-chart";

export class RedisChart extends StackChart {
  readonly endpoint: RedisEndpoint;

  constructor(scope: Construct, id: string, config: StackConfig, images: Images) {
    super(scope, id, config.namespace);
    const redis = new Redis(this, "redis", {
      image: images.redis,
      secretName: secretNamesOf(config).redis,
      secretsVersion: config.secrets.version,
      storage: config.redis.storage,
      resources: config.redis.resources,
    });
    this.endpoint = redis.endpoint;
  }
}
