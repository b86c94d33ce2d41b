import type { k8s } from "cdk8s-plus-28";
import { type KeySlot, podAnnotations, secretKeys } from "../../../lib/naming";
import { serviceAccountName, tokenAudience } from "../../../lib/web-identity";

/** How the proxy proves to AWS who it is. */
export type AwsCredentials =
  | {
      readonly kind: "access-key";
      /** Which of the user's two keys the Secret carries: another one rolls the pods. */
      readonly slot: KeySlot;
    }
  | {
      /** A token of the cluster, which AWS exchanges for credentials that expire after an hour. */
      readonly kind: "web-identity";
      /** The role that the token lets it assume. */
      readonly roleArn: string;
      /** AWS Region whose Security Token Service is asked. */
      readonly region: string;
    };

/** What a pod needs for its credentials. */
export interface CredentialParts {
  /** Keys of the Secret that it reads. */
  readonly secretKeys: readonly string[];
  /** Variables in the open. */
  readonly environment: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: Pick<k8s.PodSpec, "serviceAccountName">;
  readonly volumes: readonly k8s.Volume[];
  readonly volumeMounts: readonly k8s.VolumeMount[];
}

const tokenFolder = "/var/run/secrets/aws";
const tokenFile = "token";

/** Kubernetes renews the file when four fifths of this are over; boto3 reads it whenever it asks for credentials. */
const tokenSeconds = 3600;

export function credentialParts(credentials: AwsCredentials): CredentialParts {
  const { awsAccessKeyId, awsSecretAccessKey, ...others } = secretKeys.liteLlm;
  switch (credentials.kind) {
    case "access-key":
      return {
        secretKeys: Object.values(secretKeys.liteLlm),
        environment: {},
        annotations: { [podAnnotations.accessKeySlot]: credentials.slot },
        spec: {},
        volumes: [],
        volumeMounts: [],
      };
    case "web-identity":
      return {
        secretKeys: Object.values(others),
        environment: {
          AWS_ROLE_ARN: credentials.roleArn,
          AWS_WEB_IDENTITY_TOKEN_FILE: `${tokenFolder}/${tokenFile}`,
          // How CloudTrail names the session.
          AWS_ROLE_SESSION_NAME: serviceAccountName,
          // Without it boto3 asks the Security Token Service in us-east-1.
          AWS_DEFAULT_REGION: credentials.region,
        },
        annotations: {},
        spec: { serviceAccountName },
        volumes: [
          {
            name: "aws-token",
            projected: {
              sources: [
                {
                  serviceAccountToken: { audience: tokenAudience, expirationSeconds: tokenSeconds, path: tokenFile },
                },
              ],
            },
          },
        ],
        volumeMounts: [{ name: "aws-token", mountPath: tokenFolder, readOnly: true }],
      };
  }
}
