import type { SignedIn } from "@sre/contracts/control-plane";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import { transact } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { isKnown, type KnownPrincipal } from "./authenticate.ts";
import type { People } from "./people.ts";
import { deleteSession } from "./store.ts";

function known(ctx: CallContext): KnownPrincipal {
  requireScope(ctx, "self:read");
  if (isKnown(ctx.principal)) return ctx.principal;
  throw new RuleBroken("unauthenticated", "Nobody is signed in.");
}

/** Who is signed in, and what they may do. */
export async function getSignedIn(ctx: CallContext): Promise<SignedIn> {
  const { subject, name, scopes, roles, credential } = known(ctx);
  return {
    subject,
    name,
    team_id: ctx.teamId,
    scopes: [...scopes].sort(),
    roles: [...roles].sort(),
    csrf_token: credential.csrfToken,
    expires_at: credential.expiresAt.toISOString(),
  };
}

/** Where a browser that signed out goes on to, and the cookie line that makes it forget the session. */
interface SignedOut {
  readonly issuerSignOutUrl: string | null;
  readonly setCookie: string;
}

/** Ends the session of this browser; a bearer token has none to end. */
export async function signOut(people: People, ctx: CallContext): Promise<SignedOut> {
  const { subject, credential } = known(ctx);
  const { app } = people;
  const ended = await transact(app, async (tx) => {
    const session = credential.sessionHash === null ? undefined : await deleteSession(tx, credential.sessionHash);
    await recordAudit(tx, ctx, { id: app.newId(), action: "person.sign_out", subjectKind: "person", subject });
    return session;
  });
  const idToken = ended?.id_token ?? null;
  const cookies = people.cookies();
  return {
    issuerSignOutUrl: idToken === null || people.issuer === null ? null : await people.issuer.signOutUrl(idToken, `${people.publicUrl()}/`),
    setCookie: cookies.clear(cookies.session),
  };
}
