import { createHmac, createPublicKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import {
  createClientCredentials, createLog, createMetrics, createOutboundFactory, createTokenVerifier, RuleBroken, systemClock, type TokenVerifier, type TokenVerifierInput,
} from "@sre/service-kit"; // prettier-ignore
import { beforeAll, describe, expect, test } from "vitest";
import { keycloakAt, type Keycloak } from "./keycloak.ts";

const url = process.env["KEYCLOAK_URL"] ?? "";
const tokenSeconds = 300;
const leewaySeconds = 60;

type Part = Readonly<Record<string, unknown>>;
const partsOf = (token: string): Part[] =>
  token
    .split(".")
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Part);
const encoded = (part: Part): string => Buffer.from(JSON.stringify(part)).toString("base64url");

function clockAhead(seconds: number) {
  return { ...systemClock, now: () => new Date(systemClock.now().getTime() + seconds * 1_000) };
}

function verifierFor(issuer: string, more: Partial<TokenVerifierInput> = {}): TokenVerifier {
  const outbound = createOutboundFactory({
    metrics: createMetrics("test"),
    log: createLog({ service: "test", level: "silent" }),
    clock: systemClock,
  });
  const roles = { claim: "realm_access.roles", names: new Map(), services: new Map([["control-plane", "control-plane" as const]]) };
  return createTokenVerifier({ issuer, audience: "assistant", roles, outbound, clock: systemClock, ...more });
}

async function verdict(verifier: TokenVerifier, token: string): Promise<string> {
  const outcome = await verifier.verify(token).catch((error: unknown) => error);
  return outcome instanceof RuleBroken ? outcome.code : "accepted";
}

/** Passes everything on to Keycloak, which names whom it is asked for as issuer, until it is closed. */
async function startFront(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const passed = httpRequest(new URL(request.url ?? "/", url), { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close };
}

describe.skipIf(url === "")("a token of a real Keycloak", () => {
  let keycloak: Keycloak;
  let verifier: TokenVerifier;
  let token: string;

  beforeAll(async () => {
    keycloak = keycloakAt(url);
    verifier = verifierFor(keycloak.issuer);
    token = await keycloak.serviceToken("control-plane", "diagnostics:run diagnostics:read");
  });

  test("is accepted with the service, its scopes and the machine that it is", async () => {
    expect(await verifier.verify(token)).toMatchObject({
      kind: "service",
      name: "control-plane",
      scopes: new Set(["diagnostics:run", "diagnostics:read", "profile"]),
      roles: new Set(["control-plane"]),
    });
  });

  test("is what our own client credentials bring", async () => {
    const outbound = createOutboundFactory({
      metrics: createMetrics("test"),
      log: createLog({ service: "test", level: "silent" }),
      clock: systemClock,
    });
    const credentials = createClientCredentials({
      issuer: keycloak.issuer, clientId: "control-plane", clientSecret: await keycloak.secretOf("control-plane"), audience: "assistant",
      scopes: ["diagnostics:run"], outbound, clock: systemClock,
    }); // prettier-ignore
    expect(await verifier.verify(await credentials.token())).toMatchObject({ kind: "service", name: "control-plane" });
  });

  test("is accepted to the end of the leeway, and not after it", async () => {
    const atEnd = (seconds: number) => verifierFor(keycloak.issuer, { clock: clockAhead(tokenSeconds + seconds) });
    const fresh = await keycloak.serviceToken("control-plane", "diagnostics:run");
    expect(await verdict(atEnd(leewaySeconds - 10), fresh)).toBe("accepted");
    expect(await verdict(atEnd(leewaySeconds + 1), fresh)).toBe("invalid_token");
  });

  test("is refused before its time", async () => {
    expect(await verdict(verifierFor(keycloak.issuer, { clock: clockAhead(-leewaySeconds - 10) }), token)).toBe("invalid_token");
    expect(await verdict(verifierFor(keycloak.issuer, { clock: clockAhead(-leewaySeconds + 20) }), token)).toBe("accepted");
  });

  test("is refused by the service that it is not for", async () => {
    expect(await verdict(verifierFor(keycloak.issuer, { audience: "control-plane" }), token)).toBe("invalid_token");
  });

  test("is refused when the same keys signed it for another issuer", async () => {
    const elsewhere = await keycloak.serviceToken("control-plane", "diagnostics:run", url.replace("127.0.0.1", "localhost"));
    expect(partsOf(elsewhere)[1]?.["iss"]).not.toBe(keycloak.issuer);
    expect(await verdict(verifier, elsewhere)).toBe("invalid_token");
    expect(await verdict(verifierFor(String(partsOf(elsewhere)[1]?.["iss"])), elsewhere)).toBe("accepted");
  });

  test("is refused with another key's signature, whatever key it names", async () => {
    const [head = {}, claims = {}] = partsOf(token);
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    for (const header of [head, { ...head, kid: "another" }]) {
      const content = `${encoded(header)}.${encoded(claims)}`;
      const forged = `${content}.${sign("sha256", Buffer.from(content), privateKey).toString("base64url")}`;
      expect(await verdict(verifier, forged)).toBe("invalid_token");
    }
  });

  test("is refused once a claim is changed", async () => {
    const [head, , signature] = token.split(".");
    const claims = { ...partsOf(token)[1], scope: "diagnostics:run incidents:write" };
    expect(await verdict(verifier, `${head}.${encoded(claims)}.${signature}`)).toBe("invalid_token");
  });

  test("is refused with alg none, in any spelling", async () => {
    const [head = {}, claims = {}] = partsOf(token);
    for (const alg of ["none", "None", "NONE"])
      expect(await verdict(verifier, `${encoded({ ...head, alg })}.${encoded(claims)}.`)).toBe("invalid_token");
  });

  test("is refused with HS256 over the public key", async () => {
    const [head = {}, claims = {}] = partsOf(token);
    const { keys } = (await (await fetch(`${keycloak.issuer}/protocol/openid-connect/certs`)).json()) as { keys: JsonWebKey[] };
    const key = keys.find((one) => (one as Part)["kid"] === head["kid"]);
    const pem = createPublicKey({ key: key as never, format: "jwk" }).export({ type: "spki", format: "pem" });
    const content = `${encoded({ ...head, alg: "HS256" })}.${encoded(claims)}`;
    expect(await verdict(verifier, `${content}.${createHmac("sha256", pem).update(content).digest("base64url")}`)).toBe("invalid_token");
  });

  test("is refused when it is an ID token, also by whom it names as its audience", async () => {
    const [clientId, username, secret] = [`passwords-${randomUUID()}`, `iris-${randomUUID()}`, randomUUID()];
    await keycloak.admin("POST", "/clients", {
      clientId,
      secret,
      directAccessGrantsEnabled: true,
      standardFlowEnabled: false,
      enabled: true,
    });
    const password = await keycloak.addPerson({ username, roles: ["responder"] });
    const form = new URLSearchParams({
      grant_type: "password",
      client_id: clientId,
      client_secret: secret,
      username,
      password,
      scope: "openid",
    });
    const answer = await fetch(`${keycloak.issuer}/protocol/openid-connect/token`, { method: "POST", body: form });
    const { id_token: idToken = "" } = (await answer.json()) as { id_token?: string };
    expect(partsOf(idToken)[1]).toMatchObject({ aud: clientId, typ: "ID" });
    expect(await verdict(verifierFor(keycloak.issuer, { audience: clientId }), idToken)).toBe("invalid_token");
  });

  test("is accepted with the next key, and refused with the last one once the realm has dropped it", async () => {
    const rotating = verifierFor(keycloak.issuer);
    await rotating.verify(token);
    const realm = (await keycloak.admin<{ id: string }>("GET", "")).id;
    const add = (name: string) =>
      keycloak.admin("POST", "/components", {
        name, providerId: "rsa-generated", providerType: "org.keycloak.keys.KeyProvider", parentId: realm,
        config: { priority: ["1000"], enabled: ["true"], active: ["true"], algorithm: ["RS256"] },
      }); // prettier-ignore
    const found = (name: string) => keycloak.admin<{ id: string }[]>("GET", `/components?name=${name}`);
    const next = `next-${randomUUID()}`;
    await add(next);
    const rotated = await keycloak.serviceToken("control-plane", "diagnostics:run");
    expect(partsOf(rotated)[0]?.["kid"]).not.toBe(partsOf(token)[0]?.["kid"]);
    expect(await verdict(rotating, rotated)).toBe("accepted");
    expect(await verdict(rotating, token)).toBe("accepted");
    for (const { id } of await found(next)) await keycloak.admin("DELETE", `/components/${id}`);
    expect(await verdict(verifierFor(keycloak.issuer), rotated)).toBe("invalid_token");
  });

  test("is judged by the last good keys while the issuer is down, and by nobody who has none", async () => {
    const front = await startFront();
    const [fronted, late] = [verifierFor(`${front.url}/realms/sre`), verifierFor(`${front.url}/realms/sre`)];
    const here = await keycloak.serviceToken("control-plane", "diagnostics:run", front.url);
    expect(await verdict(fronted, here)).toBe("accepted");
    await front.close();
    expect(await verdict(fronted, here)).toBe("accepted");
    expect(await verdict(fronted, `${here.slice(0, -8)}AAAAAAAA`)).toBe("invalid_token");
    expect(await verdict(late, here)).toBe("unavailable");
  });
});
