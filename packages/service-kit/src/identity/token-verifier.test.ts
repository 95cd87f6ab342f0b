import { createHmac } from "node:crypto";
import { exportSPKI, importJWK, UnsecuredJWT, CompactEncrypt, type JWK } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLog } from "../observe/log.ts";
import { createMetrics } from "../observe/metrics.ts";
import { createOutboundFactory } from "../outbound/outbound.ts";
import { defaultTeamId } from "./context.ts";
import { RuleBroken } from "./rules.ts";
import {
  signingPair,
  startFakeIssuer,
  startMs,
  steppedClock,
  testRoles,
  type FakeIssuer,
  type SigningPair,
} from "./testing/fake-issuer.ts";
import { createTokenVerifier, type TokenVerifier, type TokenVerifierInput } from "./token-verifier.ts";

const nowSeconds = startMs / 1_000;
let issuer: FakeIssuer;
let pair: SigningPair;
let clock: ReturnType<typeof steppedClock>;
let verifier: TokenVerifier;

beforeEach(async () => {
  issuer = await startFakeIssuer("notes");
  pair = await signingPair("first");
  issuer.serveKeys([pair]);
  clock = steppedClock();
  verifier = makeVerifier();
});
afterEach(() => issuer.close());

function makeVerifier(more: Partial<TokenVerifierInput> = {}): TokenVerifier {
  const outbound = createOutboundFactory({ metrics: createMetrics("test"), log: createLog({ service: "test", level: "silent" }), clock });
  return createTokenVerifier({ issuer: issuer.url, audience: "notes", roles: testRoles, outbound, clock, ...more });
}

async function refusal(token: string, by = verifier): Promise<string> {
  const outcome = await by.verify(token).catch((error: unknown) => error);
  return outcome instanceof RuleBroken ? outcome.code : `accepted ${JSON.stringify(outcome)}`;
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

describe("a good token", () => {
  test("of a person gives its subject, name, team and scopes", async () => {
    const token = await issuer.mint(
      pair,
      { name: "Ada", azp: "console", scope: "notes:read notes:write", team_id: defaultTeamId, realm_access: { roles: ["responder"] } },
      { typ: "at+jwt" },
    );
    expect(await verifier.verify(token)).toEqual({
      kind: "person",
      subject: "ada",
      name: "Ada",
      teamId: defaultTeamId,
      scopes: new Set(["notes:read", "notes:write"]),
      roles: new Set(["responder"]),
    });
  });

  test("of a service is known by its client being its subject", async () => {
    const token = await issuer.mint(pair, { sub: "assistant", azp: "assistant", client_id: "assistant" }, { typ: "JWT" });
    expect(await verifier.verify(token)).toMatchObject({ kind: "service", subject: "assistant" });
  });

  test("of Keycloak's service account is known by its client and its user together, never by one of them", async () => {
    const account = { sub: "0190", azp: "Assistant", preferred_username: "service-account-assistant" };
    const kindOf = async (claims: Record<string, unknown>) => (await verifier.verify(await issuer.mint(pair, claims))).kind;
    expect(await kindOf({ ...account, client_id: "Assistant" })).toBe("service");
    expect(await kindOf(account)).toBe("person");
    expect(await kindOf({ ...account, client_id: "Assistant", preferred_username: "mallory" })).toBe("person");
    expect(await kindOf({ ...account, client_id: "Assistant", preferred_username: "service-account-runner" })).toBe("person");
  });

  test("of a person of an issuer without our scopes gives those that all people have there; a service's own stay its own", async () => {
    const lenient = makeVerifier({ personScopes: ["notes:read"] });
    expect((await lenient.verify(await issuer.mint(pair, { azp: "console", scope: "openid" }))).scopes).toEqual(new Set(["notes:read"]));
    const service = { sub: "assistant", azp: "assistant", scope: "openid" };
    expect((await lenient.verify(await issuer.mint(pair, service))).scopes).toEqual(new Set(["openid"]));
  });

  test("is known by its subject alone: an e-mail address, also an administrator's, gives neither identity nor role", async () => {
    const claims = { email: "admin@sre.example", email_verified: false, preferred_username: "admin", realm_access: { roles: [] } };
    expect(await verifier.verify(await issuer.mint(pair, claims))).toMatchObject({ subject: "ada", roles: new Set() });
  });

  test("is accepted within the minute of leeway", async () => {
    expect(await refusal(await issuer.mint(pair, { exp: nowSeconds - 59 }))).toContain("accepted");
  });

  test("whose scopes are no text gives none, and whose team is no identifier gives no team", async () => {
    const token = await issuer.mint(pair, { scope: ["*"], team_id: "everyone" });
    expect(await verifier.verify(token)).toMatchObject({ teamId: null, scopes: new Set() });
  });

  test("that names no team is of the installation's one, and one that lists its scopes has those that are texts", async () => {
    const token = await issuer.mint(pair, { scope: undefined, scp: ["notes:read", 7, "notes:write"], team_id: undefined });
    expect(await verifier.verify(token)).toMatchObject({ teamId: defaultTeamId, scopes: new Set(["notes:read", "notes:write"]) });
  });

  test.each([
    ["a nonce beside its scope", { nonce: "n", scope: "notes:read" }],
    ["a nonce beside its listed scopes", { nonce: "n", scp: ["notes:read"] }],
    ["Keycloak's kind of an access token", { typ: "Bearer" }],
    ["no scope at all", { scope: undefined }],
  ])("may have %s", async (_, claims) => {
    expect(await refusal(await issuer.mint(pair, claims))).toContain("accepted");
  });

  test("of a service is known by Auth0's word for its grant, and named by its client", async () => {
    const service = await issuer.mint(pair, { sub: "app@clients", azp: "app", gty: "client-credentials", name: "Mallory" });
    expect(await verifier.verify(service)).toMatchObject({ kind: "service", subject: "app@clients", name: "app" });
    expect((await verifier.verify(await issuer.mint(pair, { azp: "app", gty: "password" }))).kind).toBe("person");
  });

  test("gives a name of at most 500 characters, or else the subject", async () => {
    expect((await verifier.verify(await issuer.mint(pair, { name: "a".repeat(500) }))).name).toHaveLength(500);
    expect((await verifier.verify(await issuer.mint(pair, { name: "a".repeat(501) }))).name).toBe("ada");
    expect((await verifier.verify(await issuer.mint(pair, { name: "", preferred_username: "ada.l" }))).name).toBe("ada.l");
  });

  test("may be of 12,288 characters, and not of more", async () => {
    const ofLength = async (padding: number) => issuer.mint(pair, { padding: "a".repeat(padding) });
    const empty = (await ofLength(0)).length;
    const most = Math.floor(((12_288 - empty) * 3) / 4) - 1;
    expect(await refusal(await ofLength(most))).toContain("accepted");
    expect(await refusal(await ofLength(most + 10))).toBe("invalid_token");
  });
});

test.each([["HS256"], ["ES256", "HS512"], ["none"], ["ES256", "none"]])(
  "a verifier is not made for algorithms of shared secrets or none: %s %s",
  (...algorithms) => {
    expect(() => makeVerifier({ algorithms })).toThrow(/asymmetric/);
  },
);

describe("a token is refused", () => {
  const claims: readonly [string, Record<string, unknown>][] = [
    ["of another audience", { aud: "other" }],
    ["of another issuer", { iss: "http://127.0.0.1:1" }],
    ["that ended 61 seconds ago", { exp: nowSeconds - 61 }],
    ["that is not valid yet", { nbf: nowSeconds + 120 }],
    ["that was issued in the future", { iat: nowSeconds + 120 }],
    ["without an end", { exp: undefined }],
    ["without a subject", { sub: undefined }],
    ["with an empty subject", { sub: "" }],
    ["with a subject that no column holds", { sub: "a".repeat(501) }],
    ["with a nonce and no scope, as ID tokens have it", { nonce: "n", scope: undefined }],
    ["without the time of its issue", { iat: undefined }],
    ["that is an ID token by its hash", { at_hash: "abc" }],
    ["that is an ID token by its hash of a code", { c_hash: "abc" }],
    ["that is an ID token by its kind", { typ: "ID" }],
    ["that is a refresh token", { typ: "Refresh" }],
    ["that is a logout token", { events: {} }],
  ];
  test.each(claims)("%s", async (_, changed) => {
    expect(await refusal(await issuer.mint(pair, changed))).toBe("invalid_token");
  });

  test("with a header typ of something else", async () => {
    expect(await refusal(await issuer.mint(pair, {}, { typ: "logout+jwt" }))).toBe("invalid_token");
  });

  test("with alg none", async () => {
    const token = new UnsecuredJWT({ iss: issuer.url, aud: "notes", sub: "ada", iat: nowSeconds, exp: nowSeconds + 300 }).encode();
    expect(await refusal(token)).toBe("invalid_token");
  });

  test("with HS256 signed with the public key", async () => {
    const publicKey = await importJWK(pair.publicJwk as JWK, "RS256", { extractable: true });
    const head = `${part({ alg: "HS256", kid: "first" })}.${part({ iss: issuer.url, aud: "notes", sub: "ada", iat: nowSeconds, exp: nowSeconds + 300 })}`;
    const signature = createHmac("sha256", await exportSPKI(publicKey as Parameters<typeof exportSPKI>[0]))
      .update(head)
      .digest("base64url");
    expect(await refusal(`${head}.${signature}`)).toBe("invalid_token");
  });

  test("with ES256 and a signature of zeros", async () => {
    const elliptic = await signingPair("curve", "ES256");
    issuer.serveKeys([elliptic]);
    const head = `${part({ alg: "ES256", kid: "curve" })}.${part({ iss: issuer.url, aud: "notes", sub: "ada", iat: nowSeconds, exp: nowSeconds + 300 })}`;
    expect(await refusal(`${head}.${Buffer.alloc(64).toString("base64url")}`)).toBe("invalid_token");
  });

  test("whose header brings its own key or an address to fetch one from, and nothing else is fetched", async () => {
    const stranger = await signingPair("stranger");
    const token = await issuer.mint(stranger, {}, { jwk: stranger.publicJwk, jku: `${issuer.url}/evil`, x5u: `${issuer.url}/evil` });
    expect(await refusal(token)).toBe("invalid_token");
    expect(new Set(issuer.asked)).toEqual(new Set(["/.well-known/openid-configuration", "/jwks"]));
  });

  test("whose kid is a path or SQL", async () => {
    expect(await refusal(await issuer.mint({ ...pair, kid: "../../etc/passwd" }, {}))).toBe("invalid_token");
    expect(await refusal(await issuer.mint({ ...pair, kid: "' or 1=1 --" }, {}))).toBe("invalid_token");
  });

  test("that is an encrypted, unsigned one", async () => {
    const publicKey = await importJWK({ ...pair.publicJwk, alg: "RSA-OAEP" } as JWK, "RSA-OAEP");
    const inner = new UnsecuredJWT({ iss: issuer.url, aud: "notes", sub: "ada", iat: nowSeconds, exp: nowSeconds + 300 }).encode();
    const token = await new CompactEncrypt(Buffer.from(inner)).setProtectedHeader({ alg: "RSA-OAEP", enc: "A256GCM" }).encrypt(publicKey);
    expect(await refusal(token)).toBe("invalid_token");
  });

  test("of a megabyte, or of no form at all, before any key is asked for", async () => {
    expect(await refusal("a".repeat(1_000_000))).toBe("invalid_token");
    expect(await refusal("nothing")).toBe("invalid_token");
    expect(issuer.asked).toEqual([]);
  });

  test("of a party that is not authorized", async () => {
    const strict = makeVerifier({ authorizedParties: ["console"] });
    expect(await refusal(await issuer.mint(pair, { azp: "console" }), strict)).toContain("accepted");
    expect(await refusal(await issuer.mint(pair, { azp: "stranger" }), strict)).toBe("invalid_token");
    expect(await refusal(await issuer.mint(pair, {}), strict)).toBe("invalid_token");
  });
});

describe("the keys", () => {
  const asks = () => issuer.asked.filter((path) => path === "/jwks").length;

  test("are read once for all who wait", async () => {
    const token = await issuer.mint(pair, {});
    await Promise.all(Array.from({ length: 50 }, () => verifier.verify(token)));
    expect(asks()).toBe(1);
  });

  test("are read again for an unknown key, once in thirty seconds, so that a rotated one is accepted", async () => {
    await verifier.verify(await issuer.mint(pair, {}));
    const next = await signingPair("second");
    const token = await issuer.mint(next, {});
    expect(await refusal(token)).toBe("invalid_token");
    issuer.serveKeys([next]);
    expect(await refusal(token)).toBe("invalid_token");
    expect(asks()).toBe(2);
    clock.advance(30_001);
    expect(await refusal(token)).toContain("accepted");
    expect(asks()).toBe(3);
  });

  test.each([
    ["fails", () => (issuer.status = 500)],
    ["answers HTML", () => issuer.serveKeys("<html>")],
  ])("are kept for an hour while the issuer %s", async (_, breakIt) => {
    const claims = { exp: nowSeconds + 10_000 };
    await verifier.verify(await issuer.mint(pair, claims));
    breakIt();
    clock.advance(3_599_000);
    expect(await refusal(await issuer.mint(pair, claims))).toContain("accepted");
    clock.advance(2_000);
    expect(await refusal(await issuer.mint(pair, claims))).toBe("unavailable");
  });

  test("without any, nothing is accepted and the check fails", async () => {
    issuer.status = 503;
    expect(await refusal(await issuer.mint(pair, {}))).toBe("unavailable");
    await expect(verifier.check()).rejects.toThrow(RuleBroken);
  });

  test("of a symmetric kind are never used", async () => {
    const secret = Buffer.from("a secret of thirty-two bytes!!!!");
    issuer.serveKeys(JSON.stringify({ keys: [{ kty: "oct", kid: "shared", k: secret.toString("base64url") }] }));
    const head = `${part({ alg: "HS256", kid: "shared" })}.${part({ iss: issuer.url, aud: "notes", sub: "ada", iat: nowSeconds, exp: nowSeconds + 300 })}`;
    expect(await refusal(`${head}.${createHmac("sha256", secret).update(head).digest("base64url")}`)).toBe("invalid_token");
  });
});
