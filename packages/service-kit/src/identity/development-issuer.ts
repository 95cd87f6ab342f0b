import type { Role } from "@sre/contracts/shared";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { errors, Provider, type Configuration, type KoaContextWithOIDC } from "oidc-provider";
import { ConfigurationError } from "../config/environment.ts";
import { defaultTeamId } from "./context.ts";
import { derive, signingKey } from "./development-keys.ts";
import { DevelopmentMemory } from "./development-memory.ts";
import { choosePerson, html, pageHeaders, pageText, sendPage, type Page } from "./development-pages.ts";

export interface DevelopmentClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly grants: readonly ("client_credentials" | "authorization_code")[];
  readonly redirectUris?: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
  readonly scopes: readonly string[];
  /** Of the client itself, in tokens that it gets for itself. */
  readonly roles?: readonly Role[];
  /** A token is for the first one, unless the request names another (`resource=urn:sre:<audience>`, or `audience`). */
  readonly audiences: readonly string[];
}

export interface DevelopmentPerson {
  readonly subject: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly roles: readonly Role[];
}

export interface DevelopmentIssuerInput {
  readonly host: "127.0.0.1";
  /** 0 takes any free port. */
  readonly port: number;
  readonly clients: readonly DevelopmentClient[];
  readonly people: readonly DevelopmentPerson[];
  /** Keys and cookies are derived from it: the same secret accepts the tokens of before. */
  readonly secret: string;
  /** NODE_ENV; production is refused. */
  readonly environment: string;
}

const loopback = new Set(["127.0.0.1", "::1"]);
const accessTokenSeconds = 3_600;
const sessionSeconds = 28_800;
const formBytesMax = 4_096;
const closeMsMax = 2_000;
const resourceOf = (audience: string): string => `urn:sre:${audience}`;

function refuseUnsafe(input: DevelopmentIssuerInput): void {
  if (input.environment === "production") {
    throw new ConfigurationError([{ name: "DEVELOPMENT_ISSUER", problem: "is refused in production" }]);
  }
  if (!loopback.has(input.host)) throw new ConfigurationError([{ name: "DEVELOPMENT_ISSUER", problem: "listens on loopback only" }]);
}

function clientMetadata(client: DevelopmentClient) {
  const signsIn = client.grants.includes("authorization_code");
  return {
    client_id: client.clientId,
    client_secret: client.clientSecret,
    grant_types: [...client.grants],
    response_types: signsIn ? (["code"] as const).slice() : [],
    redirect_uris: [...(client.redirectUris ?? [])],
    post_logout_redirect_uris: [...(client.postLogoutRedirectUris ?? [])],
    token_endpoint_auth_method: "client_secret_basic" as const,
    id_token_signed_response_alg: "ES256" as const,
  };
}

/** Who may get a token for what. */
class Directory {
  readonly clients: ReadonlyMap<string, DevelopmentClient>;
  readonly people: ReadonlyMap<string, DevelopmentPerson>;

  constructor(input: DevelopmentIssuerInput) {
    this.clients = new Map(input.clients.map((client) => [client.clientId, client]));
    this.people = new Map(input.people.map((person) => [person.subject, person]));
  }

  audienceOf(clientId: string, resource: string): string | undefined {
    return this.clients.get(clientId)?.audiences.find((audience) => resourceOf(audience) === resource);
  }

  resourceFor(clientId: string, audience: unknown): string | undefined {
    const audiences = this.clients.get(clientId)?.audiences ?? [];
    const chosen = audiences.find((one) => one === audience) ?? audiences[0];
    return chosen === undefined ? undefined : resourceOf(chosen);
  }

  scopesOf(clientId: string): readonly string[] {
    return this.clients.get(clientId)?.scopes ?? [];
  }
}

function resourceIndicators(directory: Directory): NonNullable<NonNullable<Configuration["features"]>["resourceIndicators"]> {
  return {
    enabled: true,
    defaultResource: async (ctx, client, oneOf) => {
      const body = ctx.oidc.body as Record<string, unknown> | undefined;
      const asked = [oneOf ?? []].flat()[0];
      return asked ?? directory.resourceFor(client.clientId, body?.["audience"]) ?? [];
    },
    useGrantedResource: async () => true,
    getResourceServerInfo: async (_ctx, resource, client) => {
      const audience = directory.audienceOf(client.clientId, resource);
      if (audience === undefined) throw new errors.InvalidTarget("this client may not call that service");
      return {
        audience,
        scope: directory.scopesOf(client.clientId).join(" "),
        accessTokenFormat: "jwt" as const,
        accessTokenTTL: accessTokenSeconds,
        jwt: { sign: { alg: "ES256" as const } },
      };
    },
  };
}

/** Grants at once what the person holds: there is nothing to consent to between our own services. */
async function grantOf(ctx: KoaContextWithOIDC, directory: Directory) {
  const { client, session, provider } = ctx.oidc;
  const accountId = session?.accountId;
  if (!client || !accountId) return undefined;
  const held = new Set(directory.people.get(accountId)?.scopes);
  const [granted, refused] = [[] as string[], [] as string[]];
  for (const scope of directory.scopesOf(client.clientId)) (held.has(scope) ? granted : refused).push(scope);
  const grant = new provider.Grant({ clientId: client.clientId, accountId });
  grant.addOIDCScope("openid profile offline_access");
  for (const audience of directory.clients.get(client.clientId)?.audiences ?? []) {
    grant.addResourceScope(resourceOf(audience), granted.join(" "));
    grant.rejectResourceScope(resourceOf(audience), refused.join(" "));
  }
  await grant.save();
  return grant;
}

function configurationOf(input: DevelopmentIssuerInput, directory: Directory): Configuration {
  const memory = new DevelopmentMemory();
  return {
    adapter: (kind) => memory.adapter(kind),
    clients: input.clients.map(clientMetadata),
    jwks: { keys: [signingKey(input.secret)] },
    cookies: { keys: [derive(input.secret, "cookies").toString("hex")] },
    claims: { openid: ["sub"], profile: ["name"] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    ttl: {
      AccessToken: accessTokenSeconds,
      ClientCredentials: accessTokenSeconds,
      Session: sessionSeconds,
      Grant: sessionSeconds,
      IdToken: accessTokenSeconds,
      Interaction: 600,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: resourceIndicators(directory),
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) =>
          answer(ctx, {
            title: "Sign out",
            body: `${form}<p><button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button></p>`,
            formOrigins: originsOf(input.clients.flatMap((client) => client.postLogoutRedirectUris ?? [])),
          }),
        postLogoutSuccessSource: (ctx) => answer(ctx, { title: "Signed out", body: "<p>You are signed out.</p>" }),
      },
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, subject) => {
      const person = directory.people.get(subject);
      return person && { accountId: subject, claims: async () => ({ sub: subject, name: person.name }) };
    },
    loadExistingGrant: (ctx) => grantOf(ctx, directory),
    extraTokenClaims: async (_ctx, token) => {
      const person = "accountId" in token && typeof token.accountId === "string" ? directory.people.get(token.accountId) : undefined;
      const roles = person ? person.roles : (directory.clients.get(token.clientId ?? "")?.roles ?? []);
      return { team_id: defaultTeamId, azp: token.clientId, realm_access: { roles }, ...(person ? { name: person.name } : {}) };
    },
    renderError: (ctx, out) =>
      answer(ctx, { title: "This did not work", body: `<p>${html(out.error)}: ${html(out.error_description ?? "")}</p>` }),
  } as Configuration;
}

const originsOf = (uris: readonly string[]): string[] => [...new Set(uris.map((uri) => new URL(uri).origin))];

function answer(ctx: KoaContextWithOIDC, page: Page): void {
  ctx.set(pageHeaders(page.formOrigins));
  ctx.body = pageText(page);
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).byteLength;
    if (size > formBytesMax) throw new Error("The form is too large.");
    chunks.push(chunk as Buffer);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}

/** Shows who one may be, and takes the choice. The cookie of the interaction (SameSite=Lax) ties the form to its browser. */
async function interact(
  provider: Provider,
  input: DevelopmentIssuerInput,
  exchange: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { request, response } = exchange;
  const { uid } = await provider.interactionDetails(request, response);
  const formOrigins = originsOf(input.clients.flatMap((client) => client.redirectUris ?? []));
  if (request.method !== "POST") {
    sendPage(response, 200, {
      title: "Who are you?",
      body: choosePerson({ action: `/interaction/${uid}`, people: input.people }),
      formOrigins,
    });
    return;
  }
  const subject = (await formOf(request)).get("subject") ?? "";
  if (!input.people.some((person) => person.subject === subject)) {
    sendPage(response, 400, { title: "Nobody of that name", body: "<p>Go back and choose again.</p>" });
    return;
  }
  await provider.interactionFinished(request, response, { login: { accountId: subject } }, { mergeWithLastSubmission: false });
}

function listener(provider: Provider, input: DevelopmentIssuerInput): RequestListener {
  const serve = provider.callback();
  return (request, response) => {
    if (!/^\/interaction\/[\w-]+$/.test(request.url ?? "")) {
      void serve(request, response);
      return;
    }
    interact(provider, input, { request, response }).catch(() => {
      if (response.headersSent) response.destroy();
      else sendPage(response, 400, { title: "This sign-in has expired", body: "<p>Go back to the application and sign in again.</p>" });
    });
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), closeMsMax);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/**
 * An OpenID Connect issuer for one machine: people without passwords, clients with secrets, JWT access tokens (ES256).
 * Throws ConfigurationError in production and on any address but loopback; rejects when the port is taken.
 */
export async function startDevelopmentIssuer(input: DevelopmentIssuerInput): Promise<{ issuer: string; close(): Promise<void> }> {
  refuseUnsafe(input);
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 8_000 });
  const port = await listen(server, input.host, input.port);
  const issuer = `http://${input.host}:${port}`;
  const provider = new Provider(issuer, configurationOf(input, new Directory(input)));
  server.on("request", listener(provider, input));
  return { issuer, close: () => close(server) };
}
