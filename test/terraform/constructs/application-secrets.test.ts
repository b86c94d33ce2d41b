import { IamUser } from "@cdktf/provider-aws/lib/iam-user";
import { ApplicationSecrets, type ApplicationSecretsProps } from "../../../terraform/constructs/application-secrets";
import { findResource, listResources, renderTerraformConstruct } from "../../support/terraform-construct";

const paths = [
  "litellm-master-key",
  "litellm-key-open-webui",
  "litellm-key-prometheus",
  "litellm-key-verify",
  "open-webui-secret-key",
  "open-webui-admin-password",
  "redis-password-litellm",
  "redis-password-open-webui",
  "postgres-password",
] as const;

function render(version = 1, hasPostgres = true) {
  const props: Required<ApplicationSecretsProps> = { version, hasPostgres };
  return renderTerraformConstruct((scope) => {
    const { values } = new ApplicationSecrets(scope, "application-secrets", props);
    // The values as Terraform sees them: references, which only resolve inside a resource.
    new IamUser(scope, "reader", { name: "reader", tags: values });
    return values;
  });
}

describe("ApplicationSecrets", () => {
  it("makes nine passwords, under ids by which Terraform knows them: another id is another password", () => {
    const passwords = listResources(render().json).filter(({ type }) => type === "random_password");
    expect(passwords.map(({ path }) => path).sort()).toEqual(paths.map((path) => `application-secrets/${path}`).sort());
  });

  it.each(paths)("makes %s long, and of letters and digits, which can stand in a URL", (path) => {
    const { settings } = findResource(render().json, "random_password", `application-secrets/${path}`);
    expect(settings).toMatchObject({ length: 48, special: false });
  });

  it.each(paths)("makes %s anew when the version is raised, and only then", (path) => {
    const at = (version: number) =>
      findResource(render(version).json, "random_password", `application-secrets/${path}`).settings;
    expect(at(1)).toEqual(at(1));
    expect(at(1)["keepers"]).toEqual({ version: "1" });
    expect(at(2)).toEqual({ ...at(1), keepers: { version: "2" } });
  });

  it("makes none for a Postgres that the stack hasn't", () => {
    expect(JSON.stringify(render(1, false).json)).not.toContain("postgres");
  });

  it("hands out each password by the name of its output, the proxy's keys with the prefix that clients expect", () => {
    const { json } = render();
    const { tags } = findResource(json, "aws_iam_user", "reader").settings;
    const results = Object.fromEntries(
      Object.entries(tags as Record<string, string>).map(([output, value]) => [
        output,
        value.replace(/\$\{random_password\.application-secrets_([a-z-]+)_[0-9A-F]{8}\.result\}/, "<$1>"),
      ]),
    );
    expect(results).toEqual({
      litellm_master_key: "sk-<litellm-master-key>",
      litellm_key_open_webui: "sk-<litellm-key-open-webui>",
      litellm_key_prometheus: "sk-<litellm-key-prometheus>",
      litellm_key_verify: "sk-<litellm-key-verify>",
      postgres_password: "<postgres-password>",
      open_webui_secret_key: "<open-webui-secret-key>",
      open_webui_admin_password: "<open-webui-admin-password>",
      redis_password_litellm: "<redis-password-litellm>",
      redis_password_open_webui: "<redis-password-open-webui>",
    });
  });
});
