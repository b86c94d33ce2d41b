import type { Construct } from "constructs";
import type { StackConfig } from "../../lib/config";
import { provisioningOf } from "../../lib/provisioning";
import { secretNamesOf } from "../../lib/secret-names";
import type { Images } from "../../lib/versions";
import { bundleProvisioner } from "../../provisioner/bundle";
import type { OpenWebUiEndpoint } from "../constructs/open-webui/open-webui";
import { Provisioner } from "../constructs/open-webui/provisioner";
import { StackChart } from "./stack-chart";

/** What brings assistants and system prompts into Open WebUI, once for each change. */
export class ProvisionerChart extends StackChart {
  constructor(scope: Construct, id: string, config: StackConfig, images: Images, openWebUi: OpenWebUiEndpoint) {
    super(scope, id, config.namespace);
    new Provisioner(this, "provisioner", {
      image: images.node,
      program: bundleProvisioner(),
      provisioning: provisioningOf(config),
      openWebUi,
      secretName: secretNamesOf(config).openWebUi,
      secretsVersion: config.secrets.version,
    });
  }
}
