import { timingSafeEqual } from "node:crypto";
import { sha256 } from "@sre/contracts/canonical";
import { personRoles, TeamId, type Role } from "@sre/contracts/shared";
import {
  defaultTeamId,
  RuleBroken,
  type Authenticate,
  type AuthenticationRequest,
  type Principal,
  type TokenVerifier,
} from "@sre/service-kit";
import type { People } from "./people.ts";
import { findSession } from "./store.ts";

/** A caller with what is known of its credential. */
export interface KnownPrincipal extends Principal {
  readonly credential: { readonly csrfToken: string; readonly expiresAt: Date; readonly sessionHash: string | null };
}

export function isKnown(principal: Principal): principal is KnownPrincipal {
  return "credential" in principal;
}

const csrfHeader = "x-csrf-token";
const safeMethods = new Set(["GET", "HEAD"]);

/** Whether two secrets are equal, in a time that does not depend on where they differ. */
function sameSecret(a: string, b: string): boolean {
  return isSecretOf(a, Buffer.from(sha256(b)));
}

const isSecretOf = (given: string, hash: Uint8Array): boolean => timingSafeEqual(Buffer.from(sha256(given)), hash);

const withOwn = (scopes: Iterable<string>): ReadonlySet<string> => new Set([...scopes, "self:read"]);

// The cookie comes along whoever made the browser send the request, so a change also needs our origin and our token.
function refuseForgery(request: AuthenticationRequest, publicUrl: string, csrfToken: string): void {
  if (safeMethods.has(request.method)) return;
  if (request.origin !== new URL(publicUrl).origin)
    throw new RuleBroken("forbidden", "The request does not come from a page of this service.");
  if (!sameSecret(request.headers[csrfHeader] ?? "", csrfToken)) {
    throw new RuleBroken("forbidden", `The header ${csrfHeader} does not hold the token of this session.`, {
      nextStep: "Read /auth/session again and send its csrf_token.",
    });
  }
}

const isPersonRole = (name: string): name is Role => personRoles.some((role) => role === name);

async function bySession(people: People, request: AuthenticationRequest): Promise<KnownPrincipal> {
  const token = request.cookies[people.cookies().session];
  if (!token) throw new RuleBroken("unauthenticated", "This needs a bearer token or a session.");
  const session = await findSession(people.app.database.kysely, { tokenHash: sha256(token), at: request.at });
  if (!session) throw new RuleBroken("unauthenticated", "The session has ended.", { nextStep: "Sign in again." });
  refuseForgery(request, people.publicUrl(), session.csrf_token);
  const credential = { csrfToken: session.csrf_token, expiresAt: session.expires_at, sessionHash: session.token_hash };
  return {
    kind: "person",
    subject: session.subject,
    name: session.name,
    teamId: TeamId.parse(session.team_id),
    scopes: withOwn(session.scopes),
    roles: new Set(session.roles.filter(isPersonRole)),
    credential,
  };
}

async function byBearer(verifier: TokenVerifier, bearer: string): Promise<KnownPrincipal> {
  const principal = await verifier.verify(bearer);
  const { exp } = await verifier.claims(bearer);
  const expiresAt = new Date((typeof exp === "number" ? exp : 0) * 1_000);
  return { ...principal, scopes: withOwn(principal.scopes), credential: { csrfToken: "", expiresAt, sessionHash: null } };
}

function bySenderToken(tokenHash: Uint8Array | null, bearer: string | null): Principal {
  if (bearer === null) throw new RuleBroken("unauthenticated", "A sender needs its ingest token.");
  if (tokenHash === null || !isSecretOf(bearer, tokenHash)) throw new RuleBroken("invalid_token", "This is not the ingest token.");
  return {
    kind: "sender",
    subject: "alertmanager",
    name: "alertmanager",
    teamId: defaultTeamId,
    scopes: new Set(["alerts:ingest", "changes:ingest"]),
    roles: new Set(["ingest-key"]),
  };
}

/** Who calls: a service or person by bearer token, a person by session cookie, a sender by the ingest token. */
export function authentication(people: People, input: { verifier: TokenVerifier; ingestToken: string | null }): Authenticate {
  const tokenHash = input.ingestToken === null ? null : Buffer.from(sha256(input.ingestToken));
  return {
    principal: (request) => (request.bearer === null ? bySession(people, request) : byBearer(input.verifier, request.bearer)),
    ingest: async (request) => bySenderToken(tokenHash, request.bearer),
  };
}
