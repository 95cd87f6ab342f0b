import type { Operation } from "@sre/contracts/shared";
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

async function identify(operation: Operation, authenticate: Authenticate, request: () => AuthenticationRequest): Promise<Principal> {
  switch (operation.authentication) {
    case "public":
      return anonymous;
    case "ingest":
      if (!authenticate.ingest) throw new RuleBroken("unauthenticated", "No sender is known here.");
      return authenticate.ingest(request());
    case "principal":
      return authenticate.principal(request());
  }
}

/** Who calls, once that may be known and holds the operation's scope; throws RuleBroken otherwise. */
export async function admit(operation: Operation, authenticate: Authenticate, request: () => AuthenticationRequest): Promise<Principal> {
  const principal = await identify(operation, authenticate, request);
  if (operation.authentication === "public") return principal;
  if (principal.kind === "anonymous") throw new RuleBroken("unauthenticated", "This needs credentials.");
  if (principal.teamId === null) throw new RuleBroken("forbidden", "The caller belongs to no team.");
  if (operation.scope !== null && !principal.scopes.has(operation.scope)) {
    throw new RuleBroken("forbidden", `This needs the scope ${operation.scope}.`);
  }
  return principal;
}
