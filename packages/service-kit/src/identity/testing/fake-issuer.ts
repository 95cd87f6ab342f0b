import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from "jose";
import type { RoleRules } from "../roles.ts";

/** Roles as Keycloak lists them, and one machine. */
export const testRoles: RoleRules = {
  claim: "realm_access.roles",
  names: new Map(),
  services: new Map([["control-plane", "control-plane"]]),
};

export interface SigningPair {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: Record<string, unknown>;
}

export async function signingPair(kid: string, alg = "RS256"): Promise<SigningPair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

export interface FakeIssuer {
  readonly url: string;
  /** Paths asked so far, in order. */
  readonly asked: string[];
  /** The key set served from now on; a text is served as it is. */
  serveKeys(keys: readonly SigningPair[] | string): void;
  /** How the next calls fare: a status other than 200 fails them. */
  status: number;
  tokenLifetimeSeconds: number;
  mint(pair: SigningPair, claims: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

/** An issuer whose every answer the test decides. */
export async function startFakeIssuer(audience: string): Promise<FakeIssuer> {
  let keys = "{}";
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    request.resume();
    response.setHeader("content-type", "application/json").writeHead(fake.status);
    if (fake.status !== 200) return response.end("{}");
    if (request.url === "/jwks") return response.end(keys);
    if (request.url === "/token")
      return response.end(
        JSON.stringify({ access_token: `token-${asked.length}`, token_type: "Bearer", expires_in: fake.tokenLifetimeSeconds }),
      );
    return response.end(JSON.stringify({ issuer: fake.url, jwks_uri: `${fake.url}/jwks`, token_endpoint: `${fake.url}/token` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const fake = {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    asked,
    status: 200,
    tokenLifetimeSeconds: 300,
    serveKeys(served: readonly SigningPair[] | string) {
      keys = typeof served === "string" ? served : JSON.stringify({ keys: served.map(({ publicJwk }) => publicJwk) });
    },
    mint(pair: SigningPair, claims: JWTPayload, header: Record<string, unknown> = {}) {
      const nowSeconds = Math.floor(startMs / 1_000);
      return new SignJWT({
        iss: fake.url,
        aud: audience,
        sub: "ada",
        iat: nowSeconds,
        exp: nowSeconds + 300,
        scope: "notes:read",
        ...claims,
      })
        .setProtectedHeader({ alg: pair.alg, kid: pair.kid, ...header })
        .sign(pair.privateKey);
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
  return fake;
}

/** Where the clock of these tests stands. */
export const startMs = Date.parse("2026-03-01T12:00:00Z");

export function steppedClock() {
  let elapsedMs = 0;
  return { now: () => new Date(startMs + elapsedMs), monotonicMs: () => elapsedMs, advance: (ms: number) => void (elapsedMs += ms) };
}
