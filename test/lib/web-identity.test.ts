import {
  providerArn,
  providerName,
  roleArn,
  serviceAccountName,
  tokenAudience,
  tokenSubject,
} from "../../lib/web-identity";

describe("the names that both sides of a web identity agree on", () => {
  it("are AWS's and Kubernetes' own", () => {
    expect(tokenAudience).toBe("sts.amazonaws.com");
    expect(tokenSubject("chat")).toBe(`system:serviceaccount:chat:${serviceAccountName}`);
    expect(roleArn("123456789012", "chat")).toBe("arn:aws:iam::123456789012:role/chat");
  });

  it.each([
    ["https://oidc.example.com", "oidc.example.com"],
    ["https://oidc.example.com/id/https", "oidc.example.com/id/https"],
  ])("name the issuer %s without its scheme", (issuerUrl, name) => {
    expect(providerName(issuerUrl)).toBe(name);
    expect(providerArn("123456789012", issuerUrl)).toBe(`arn:aws:iam::123456789012:oidc-provider/${name}`);
  });
});
