import { sha256 } from "@sre/contracts/canonical";
import { defaultTeamId, RuleBroken, type CallContext } from "@sre/service-kit";
import { transact } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { People } from "./people.ts";
import type { CameBack, IssuerClient } from "./issuer-client.ts";
import { insertSession, insertSignIn, takeSignIn } from "./store.ts";

const signInSeconds = 600;

/** A redirect, with the cookies it sets. */
export interface Redirect {
  readonly location: string;
  readonly setCookie: string;
}

function needIssuer(people: People): IssuerClient {
  if (people.issuer) return people.issuer;
  throw new RuleBroken("unavailable", "Nobody can sign in here: the console's client is not configured.");
}

const callbackPath = "/auth/callback";

/** Sends a browser to the issuer; a cookie binds the answer to this browser. */
export async function signIn(people: People, ctx: CallContext, input: { returnTo: string }): Promise<Redirect> {
  const issuer = needIssuer(people);
  const secrets = issuer.secrets();
  const attempt = people.newSecret();
  const location = await issuer.authorizationUrl(secrets, `${people.publicUrl()}${callbackPath}`);
  const begun = {
    team_id: defaultTeamId,
    attempt_hash: sha256(attempt),
    state: secrets.state,
    nonce: secrets.nonce,
    code_verifier: secrets.codeVerifier,
    return_to: input.returnTo,
    expires_at: new Date(ctx.at.getTime() + signInSeconds * 1_000),
  };
  await insertSignIn(people.app.database.kysely, begun, ctx.at);
  const cookies = people.cookies();
  return { location, setCookie: cookies.set(cookies.signIn, attempt, signInSeconds) };
}

async function openSession(people: People, ctx: CallContext, { person, idToken }: CameBack): Promise<string> {
  const token = people.newSecret();
  const { app } = people;
  const { teamId } = person;
  if (teamId === null) throw new RuleBroken("forbidden", "The person belongs to no team.");
  const signedIn: CallContext = { ...ctx, teamId, principal: person };
  await transact(app, async (tx) => {
    await insertSession(tx, {
      team_id: teamId,
      token_hash: sha256(token),
      subject: person.subject,
      name: person.name,
      scopes: JSON.stringify([...person.scopes].sort()),
      id_token: idToken,
      roles: JSON.stringify([...person.roles].sort()),
      csrf_token: people.newSecret(),
      created_at: ctx.at,
      expires_at: new Date(ctx.at.getTime() + app.settings.sessionSeconds * 1_000),
    });
    await recordAudit(tx, signedIn, { id: app.newId(), action: "person.sign_in", subjectKind: "person", subject: person.subject });
  });
  return token;
}

/** Takes a browser back from the issuer and opens its session. Throws RuleBroken when the answer is not for this browser. */
export async function finishSignIn(
  people: People,
  ctx: CallContext,
  input: { query: Readonly<Record<string, string | undefined>> },
): Promise<Redirect> {
  const issuer = needIssuer(people);
  const cookies = people.cookies();
  const attempt = ctx.http?.cookies[cookies.signIn];
  const started =
    attempt === undefined ? undefined : await takeSignIn(people.app.database.kysely, { attemptHash: sha256(attempt), at: ctx.at });
  if (!started)
    throw new RuleBroken("invalid_request", "This sign-in was not begun in this browser, or too long ago.", { nextStep: "Sign in again." });
  const callback = new URL(`${people.publicUrl()}${callbackPath}`);
  for (const [name, value] of Object.entries(input.query)) if (value !== undefined) callback.searchParams.set(name, value);
  const secrets = { state: started.state, nonce: started.nonce, codeVerifier: started.code_verifier };
  const token = await openSession(people, ctx, await issuer.finish({ callbackUrl: callback.href, secrets }));
  const session = cookies.set(cookies.session, token, people.app.settings.sessionSeconds);
  return { location: started.return_to, setCookie: `${session}\n${cookies.clear(cookies.signIn)}` };
}
