import type { StackConfig } from "../lib/config";
import { components, ports, secretKeys } from "../lib/naming";
import { AnswerError } from "./answers";
import type { Cluster } from "./cluster";
import { interruption } from "./interruption";
import { readSecretValue, secretNameOf } from "./secret-value";

/** Open WebUI, reached past the ingress and its sign-in. */
export interface Chat {
  readonly url: string;
  /** Of the administrator, or of the one account that everybody shares. */
  readonly token: string;
}

/**
 * Signs in to Open WebUI as the configured mode does, and uses it.
 * @throws AnswerError when Open WebUI doesn't let in
 */
export async function withChat<T>(cluster: Cluster, config: StackConfig, use: (chat: Chat) => Promise<T>): Promise<T> {
  const { namespace } = config;
  return cluster.forward(namespace, `service/${components.openWebUi}`, ports.openWebUiService, async (url) =>
    use({ url, token: await signIn(url, cluster, config) }),
  );
}

async function signIn(url: string, cluster: Cluster, config: StackConfig): Promise<string> {
  const { headers = {}, email = "", password = "" } = await credentialsFor(cluster, config);
  const response = await fetch(`${url}/api/v1/auths/signin`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ email, password }),
    signal: AbortSignal.any([interruption, AbortSignal.timeout(30_000)]),
  });
  if (!response.ok) throw new AnswerError(`sign-in refused: ${await response.text()}`, response.status);
  const { token } = (await response.json()) as { readonly token: string };
  return token;
}

interface Credentials {
  readonly headers?: Readonly<Record<string, string>>;
  readonly email?: string;
  readonly password?: string;
}

async function credentialsFor(cluster: Cluster, config: StackConfig): Promise<Credentials> {
  const { auth } = config.openWebUi;
  switch (auth.kind) {
    // Whoever asks is let in: the proxy in front has asked already.
    case "proxy":
      return {};
    case "trusted-header":
      return { headers: { [auth.emailHeader]: auth.owner } };
    case "accounts": {
      const secret = secretNameOf(config, "openWebUi");
      const key = secretKeys.openWebUi.adminPassword;
      return { email: auth.owner, password: await readSecretValue(cluster, config.namespace, secret, key) };
    }
  }
}
