import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigurationError } from "../config/environment.ts";
import { systemClock } from "../lifecycle/clock.ts";
import { createLog } from "../observe/log.ts";
import { createMetrics } from "../observe/metrics.ts";
import { createOutboundFactory } from "../outbound/outbound.ts";
import { createClientCredentials } from "./client-credentials.ts";
import { defaultTeamId } from "./context.ts";
import { startDevelopmentIssuer, type DevelopmentIssuerInput } from "./development-issuer.ts";
import { testRoles } from "./testing/fake-issuer.ts";
import { createTokenVerifier } from "./token-verifier.ts";

const redirectUri = "http://127.0.0.1:18080/auth/callback";
const input: DevelopmentIssuerInput = {
  host: "127.0.0.1",
  port: 0,
  clients: [
    {
      clientId: "control-plane",
      clientSecret: "secret of the control plane",
      grants: ["client_credentials"],
      scopes: ["diagnostics:run", "diagnostics:read"],
      audiences: ["assistant", "other"],
    },
    {
      clientId: "console",
      clientSecret: "secret of the console",
      grants: ["authorization_code"],
      redirectUris: [redirectUri],
      scopes: ["incidents:read", "incidents:write"],
      audiences: ["control-plane"],
    },
  ],
  people: [
    { subject: "ada", name: "Ada <Lovelace>", scopes: ["incidents:read", "incidents:write"], roles: ["responder"] },
    { subject: "visitor", name: "Visitor", scopes: ["incidents:read"], roles: ["viewer"] },
  ],
  secret: "a development secret that is long",
  environment: "test",
};

const outbound = createOutboundFactory({
  metrics: createMetrics("test"),
  log: createLog({ service: "test", level: "silent" }),
  clock: systemClock,
});
let issuer: { issuer: string; close(): Promise<void> };
beforeAll(async () => {
  issuer = await startDevelopmentIssuer(input);
});
afterAll(() => issuer.close());

const verifierOf = (audience: string) =>
  createTokenVerifier({ issuer: issuer.issuer, audience, roles: testRoles, outbound, clock: systemClock });

function credentials(clientSecret: string, audience: string, scopes: readonly string[]) {
  return createClientCredentials({
    issuer: issuer.issuer,
    clientId: "control-plane",
    clientSecret,
    audience,
    scopes,
    outbound,
    clock: systemClock,
  });
}

describe("a service", () => {
  test("gets a token for its first audience with the scopes it holds and asked for", async () => {
    const token = await credentials("secret of the control plane", "assistant", ["diagnostics:run", "audit:read"]).token();
    expect(await verifierOf("assistant").verify(token)).toEqual({
      kind: "service",
      subject: "control-plane",
      name: "control-plane",
      teamId: defaultTeamId,
      scopes: new Set(["diagnostics:run"]),
      roles: new Set(["control-plane"]),
    });
    await expect(verifierOf("control-plane").verify(token)).rejects.toMatchObject({ code: "invalid_token" });
    expect(await verifierOf("assistant").claims(token)).toMatchObject({
      azp: "control-plane",
      aud: "assistant",
      client_id: "control-plane",
      team_id: defaultTeamId,
    });
  });

  test("gets one for another of its audiences when it names it", async () => {
    const token = await credentials("secret of the control plane", "other", ["diagnostics:run"]).token();
    expect(await verifierOf("other").verify(token)).toMatchObject({ subject: "control-plane" });
  });

  test("gets none with a wrong secret", async () => {
    await expect(credentials("a wrong secret", "assistant", []).token()).rejects.toMatchObject({ code: "unavailable" });
  });
});

/** A browser as far as cookies go. */
class Browser {
  readonly #cookies = new Map<string, string>();

  async open(url: string, form?: Record<string, string>): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, {
      redirect: "manual",
      headers: { cookie },
      ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const [name = "", value = ""] = pair.split("=");
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }

  /** Follows redirects within the issuer; stops at a page or at the first address elsewhere. */
  async follow(url: string, form?: Record<string, string>): Promise<{ at: string; response: Response }> {
    let at = url;
    let response = await this.open(at, form);
    for (let hops = 0; hops < 10; hops++) {
      const location = response.headers.get("location");
      if (location === null) return { at, response };
      at = new URL(location, at).href;
      if (!at.startsWith(issuer.issuer)) return { at, response };
      response = await this.open(at);
    }
    throw new Error("too many redirects");
  }
}

const verifierText = "a-code-verifier-of-sufficient-length-for-the-standard-0123456789";
function authorizationUrl(more: Record<string, string> = {}): string {
  const challenge = createHash("sha256").update(verifierText).digest("base64url");
  const query = {
    client_id: "console",
    response_type: "code",
    redirect_uri: redirectUri,
    scope: "openid profile incidents:read incidents:write",
    state: "s",
    nonce: "n",
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...more,
  };
  return `${issuer.issuer}/auth?${new URLSearchParams(query).toString()}`;
}

async function exchange(
  code: string,
  verifier = verifierText,
): Promise<{ status: number; body: { access_token?: string; id_token?: string } }> {
  const response = await fetch(`${issuer.issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from("console:secret+of+the+console").toString("base64")}` },
    body: new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: redirectUri, code_verifier: verifier }),
  });
  return { status: response.status, body: (await response.json()) as { access_token?: string; id_token?: string } };
}

async function signIn(subject: string): Promise<string> {
  const browser = new Browser();
  const page = await browser.follow(authorizationUrl());
  const done = await browser.follow(page.at, { subject });
  return new URL(done.at).searchParams.get("code") ?? "";
}

describe("a person", () => {
  test("chooses who to be on a page without scripts, and comes back with a code for a token of what that person holds", async () => {
    const browser = new Browser();
    const page = await browser.follow(authorizationUrl());
    const text = await page.response.text();
    expect(page.response.headers.get("content-security-policy")).toMatch(
      /default-src 'none'.*form-action 'self' http:\/\/127\.0\.0\.1:18080$/,
    );
    expect(text).toContain("Ada &lt;Lovelace&gt;");
    expect(text).not.toMatch(/<script|style=/);
    const done = await browser.follow(page.at, { subject: "ada" });
    expect(done.at).toMatch(/^http:\/\/127\.0\.0\.1:18080\/auth\/callback\?code=.*state=s/);
    const { body } = await exchange(new URL(done.at).searchParams.get("code") ?? "");
    expect(await verifierOf("control-plane").verify(body.access_token ?? "")).toEqual({
      kind: "person",
      subject: "ada",
      name: "Ada <Lovelace>",
      teamId: defaultTeamId,
      scopes: new Set(["incidents:read", "incidents:write"]),
      roles: new Set(["responder"]),
    });
    await expect(verifierOf("console").verify(body.id_token ?? "")).rejects.toMatchObject({ code: "invalid_token" });
  });

  test("with fewer rights gets a token with fewer scopes, without a question", async () => {
    const { body } = await exchange(await signIn("visitor"));
    expect(await verifierOf("control-plane").verify(body.access_token ?? "")).toMatchObject({ scopes: new Set(["incidents:read"]) });
  });

  test("who is not listed cannot be chosen", async () => {
    const browser = new Browser();
    const page = await browser.follow(authorizationUrl());
    expect((await browser.open(page.at, { subject: "root" })).status).toBe(400);
  });

  test("is not signed in without PKCE, with a wrong verifier, or with a code used before", async () => {
    const bare = await new Browser().follow(authorizationUrl({ code_challenge: "", code_challenge_method: "" }));
    expect(bare.at).toContain("error=invalid_request");
    expect((await exchange(await signIn("ada"), `${verifierText}x`)).status).toBe(400);
    const code = await signIn("ada");
    expect((await exchange(code)).status).toBe(200);
    expect((await exchange(code)).status).toBe(400);
  });

  test("is never sent to an address that the client did not register", async () => {
    const { response } = await new Browser().follow(authorizationUrl({ redirect_uri: "http://evil.example/" }));
    expect(response.status).toBe(400);
    expect(response.headers.get("location")).toBeNull();
  });
});

describe("the issuer", () => {
  test("accepts tokens of before its restart, because its key comes from the secret", async () => {
    const first = await startDevelopmentIssuer(input);
    const jwks = async (url: string): Promise<unknown> => (await fetch(`${url}/jwks`)).json();
    expect(await jwks(first.issuer)).toEqual(await jwks(issuer.issuer));
    expect(JSON.stringify(await jwks(first.issuer))).not.toContain('"d"');
    await first.close();
  });

  test("refuses production and every address but loopback", async () => {
    await expect(startDevelopmentIssuer({ ...input, environment: "production" })).rejects.toThrow(ConfigurationError);
    await expect(startDevelopmentIssuer({ ...input, host: "0.0.0.0" as "127.0.0.1" })).rejects.toThrow(ConfigurationError);
  });
});
