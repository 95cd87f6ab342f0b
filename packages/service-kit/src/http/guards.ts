import { reachOf, teamHeader, TeamId, type Operation, type Reach } from "@sre/contracts/shared";
import { anonymous, type HttpFacts, type Principal } from "../identity/context.ts";
import { RuleBroken } from "../identity/rules.ts";
import type { Authenticate, AuthenticationRequest } from "./types.ts";

const bearerCharactersMax = 12_288;
const bearerHeader = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/** The bearer token of a request: null without the header; a header of any other form is invalid, never anonymous. */
export function bearerOf(facts: HttpFacts): string | null {
  const header = facts.headers["authorization"];
  if (header === undefined) return null;
  const token = header.length <= bearerCharactersMax ? bearerHeader.exec(header)?.[1] : undefined;
  if (token === undefined) throw new RuleBroken("invalid_token", "The Authorization header holds no bearer token.");
  return token;
}

const basicHeader = /^Basic ([A-Za-z0-9+/]+=*)$/i;

/** The token of a sender: as bearer, or as the password of Basic credentials, which is all that some senders can say. */
export function senderTokenOf(facts: HttpFacts): string | null {
  const header = facts.headers["authorization"] ?? "";
  const basic = header.length <= bearerCharactersMax ? basicHeader.exec(header)?.[1] : undefined;
  if (basic === undefined) return bearerOf(facts);
  const credentials = Buffer.from(basic, "base64").toString("utf8");
  const colon = credentials.indexOf(":");
  if (colon === -1 || colon === credentials.length - 1) throw new RuleBroken("invalid_token", "The Basic credentials hold no password.");
  return credentials.slice(colon + 1);
}

function identify(credential: "principal" | "ingest", authenticate: Authenticate, request: AuthenticationRequest): Promise<Principal> {
  if (credential === "principal") return authenticate.principal(request);
  if (!authenticate.ingest) throw new RuleBroken("unauthenticated", "No sender is known here.");
  return authenticate.ingest(request);
}

/** The team that a call acts in: the caller's own, or the one that it names if it reaches all. Throws RuleBroken when it has none. */
function actingTeam(principal: Principal, reach: Reach, named: string | undefined): TeamId {
  if (named === undefined) {
    if (principal.teamId === null) throw new RuleBroken("forbidden", "The caller belongs to no team.");
    return principal.teamId;
  }
  const team = TeamId.safeParse(named);
  if (!team.success) throw new RuleBroken("invalid_request", "This is not the id of a team.", { field: teamHeader });
  if (reach !== "all" && team.data !== principal.teamId) throw new RuleBroken("forbidden", "The caller may not act in another team.");
  return team.data;
}

/**
 * Who calls, in the team that the call acts in, once that may be known, a role of the caller may call the operation and the
 * credential holds its scope; throws RuleBroken otherwise.
 */
export async function admit(operation: Operation, authenticate: Authenticate, request: () => AuthenticationRequest): Promise<Principal> {
  if (operation.authentication === "public") return anonymous;
  const asked = request();
  const principal = await identify(operation.authentication, authenticate, asked);
  if (principal.kind === "anonymous") throw new RuleBroken("unauthenticated", "This needs credentials.");
  const reach = reachOf(operation.permission, principal.roles);
  if (reach === null) throw new RuleBroken("forbidden", "No role of the caller may do this.");
  if (operation.scope !== null && !principal.scopes.has(operation.scope)) {
    throw new RuleBroken("forbidden", `This needs the scope ${operation.scope}.`);
  }
  return { ...principal, teamId: actingTeam(principal, reach, asked.headers[teamHeader]) };
}
