import { generateKeyPairSync, randomUUID, sign, type KeyObject } from "node:crypto";
import { systemClock, type Clock } from "@sre/service-kit";
import { startFakeHttp, type FakeAnswer, type FakeRequest } from "./fake-http.ts";

type Algorithm = "RS256" | "ES256";
type Json = Readonly<Record<string, unknown>>;

interface SigningKey {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly privateKey: KeyObject;
  readonly jwk: Json;
}

export interface TestIssuer extends AsyncDisposable {
  readonly issuer: string;
  /** Paths it was asked for, in order. */
  readonly requested: () => string[];
  /** A signed token: `claims` over iss, iat, exp (5 minutes), jti and sub "tester"; `header` over alg, kid and typ. A claim of undefined is left out. */
  mint(claims: Json, header?: Json): Promise<string>;
  /** A code that a browser would bring back from signing in: good once, for tokens of these claims to `client`. `nonce` is of the request it answers. */
  code(input: { readonly client: string; readonly nonce: string; readonly claims: Json }): string;
  /** The public keys, as served. */
  jwks(): { keys: Json[] };
  /** Signs with a new key from now on; the old one is no longer published. */
  rotateKey(): void;
  /** Answers every request with this status, 0 for none of that. */
  fail(status: number): void;
  close(): Promise<void>;
}

const lifetimeSeconds = 300;

function newKey(algorithm: Algorithm): SigningKey {
  const { privateKey, publicKey } =
    algorithm === "ES256" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = randomUUID();
  return { kid, algorithm, privateKey, jwk: { ...publicKey.export({ format: "jwk" }), kid, alg: algorithm, use: "sig" } };
}

const encoded = (part: Json): string => Buffer.from(JSON.stringify(part)).toString("base64url");

function signed(key: SigningKey, header: Json, claims: Json): string {
  const content = `${encoded(header)}.${encoded(claims)}`;
  // JWTs carry the two numbers of an ECDSA signature side by side; Node's default is DER.
  const signature = sign("sha256", Buffer.from(content), { key: key.privateKey, dsaEncoding: "ieee-p1363" });
  return `${content}.${signature.toString("base64url")}`;
}

function clientOf(request: FakeRequest, form: URLSearchParams): string {
  const [scheme, credentials] = (request.headers.authorization ?? "").split(" ");
  if (scheme?.toLowerCase() !== "basic") return form.get("client_id") ?? "";
  return decodeURIComponent(
    Buffer.from(credentials ?? "", "base64")
      .toString("utf8")
      .split(":")[0] ?? "",
  );
}

function discovery(issuer: string): Json {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256", "RS256"],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    grant_types_supported: ["client_credentials", "authorization_code"],
  };
}

/**
 * A small OpenID Connect issuer: discovery, keys, and tokens by the client credentials grant for any client, with the scope and the
 * audience (or resource) it asks for, or for a `code`. Keys are ES256 unless told otherwise.
 */
export async function startTestIssuer(options: { readonly algorithm?: Algorithm; readonly clock?: Clock } = {}): Promise<TestIssuer> {
  const { algorithm = "ES256", clock = systemClock } = options;
  let key = newKey(algorithm);
  let failing = 0;
  const claimsOf = (claims: Json): Json => {
    const iat = Math.floor(clock.now().getTime() / 1_000);
    return { iss: server.url, sub: "tester", iat, exp: iat + lifetimeSeconds, jti: randomUUID(), ...claims };
  };
  const mint = (claims: Json, header: Json = {}) =>
    signed(key, { alg: key.algorithm, kid: key.kid, typ: "at+jwt", ...header }, claimsOf(claims));
  const codes = new Map<string, { readonly client: string; readonly nonce: string; readonly claims: Json }>();
  const redeem = (code: string): FakeAnswer => {
    const signedIn = codes.get(code);
    if (!signedIn || !codes.delete(code)) return { status: 400, json: { error: "invalid_grant" } };
    const { client, nonce, claims } = signedIn;
    const id_token = mint({ sub: claims["sub"], aud: client, nonce }, { typ: "JWT" });
    return { json: { access_token: mint(claims), id_token, token_type: "Bearer", expires_in: lifetimeSeconds } };
  };
  const token = (request: FakeRequest): FakeAnswer => {
    const form = new URLSearchParams(request.body);
    if (form.get("grant_type") === "authorization_code") return redeem(form.get("code") ?? "");
    const client = clientOf(request, form);
    if (form.get("grant_type") !== "client_credentials" || client === "") return { status: 400, json: { error: "unsupported_grant_type" } };
    const claims = {
      sub: client,
      azp: client,
      client_id: client,
      aud: form.get("audience") ?? form.get("resource") ?? client,
      scope: form.get("scope") ?? "",
    };
    return { json: { access_token: mint(claims), token_type: "Bearer", expires_in: lifetimeSeconds, scope: claims.scope } };
  };
  const jwks = () => ({ keys: [key.jwk] });
  const server = await startFakeHttp((request) => {
    if (failing) return { status: failing, json: { error: "server_error" } };
    if (request.path === "/.well-known/openid-configuration") return { json: discovery(server.url) };
    if (request.path === "/jwks") return { json: jwks() };
    if (request.path === "/token" && request.method === "POST") return token(request);
    return { status: 404, json: { error: "not_found" } };
  });
  return {
    issuer: server.url,
    requested: () => server.requests.map(({ path }) => path),
    mint: async (claims, header) => mint(claims, header),
    code: (input) => {
      const code = randomUUID();
      codes.set(code, input);
      return code;
    },
    jwks,
    rotateKey: () => void (key = newKey(algorithm)),
    fail: (status) => void (failing = status),
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
