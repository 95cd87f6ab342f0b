import type { Principal } from "@sre/service-kit";
import type { App } from "../app.ts";
import { isKnown } from "./authenticate.ts";
import { findSession } from "./store.ts";

/** Whether the credential that a long answer was begun with still holds: its token or session has not ended. */
export async function isStillSignedIn(app: App, principal: Principal): Promise<boolean> {
  if (!isKnown(principal)) return true;
  const { expiresAt, sessionHash } = principal.credential;
  const at = app.clock.now();
  if (expiresAt <= at) return false;
  return sessionHash === null || (await findSession(app.database.kysely, { tokenHash: sessionHash, at })) !== undefined;
}
