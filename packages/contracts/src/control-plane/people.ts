import { z } from "zod";
import { roles } from "../shared/roles.ts";
import { text } from "../shared/values.ts";

/** Who is signed in. */
export const SignedIn = z
  .object({
    subject: z.string(),
    name: z.string(),
    team_id: z.uuid(),
    scopes: z.array(z.string()),
    roles: z.array(z.enum(roles)),
    csrf_token: z.string(),
    expires_at: z.iso.datetime(),
  })
  .meta({ id: "SignedIn" });
export type SignedIn = z.infer<typeof SignedIn>;

/** Where the browser goes to end its session at the issuer too; null where there is none to end. */
const SignedOut = z.object({ issuer_sign_out_url: z.url().max(20_000).nullable() }).meta({ id: "SignedOut" });

const open = { tag: "people", authentication: "public", scope: null } as const;

export const peopleOperations = {
  signIn: {
    ...open, method: "GET", path: "/auth/login", summary: "Go to the issuer to sign in", query: z.object({ return_to: text(500).regex(/^\/(?![/\\])/, { error: "must be a path of the console" }).default("/") }),
    responses: { 302: null }, problems: [],
  },
  finishSignIn: {
    ...open, method: "GET", path: "/auth/callback", summary: "Where the issuer sends people back to",
    query: z.object({ code: text(2_000).optional(), state: text(500).optional(), iss: text(500).optional(), error: text(200).optional(), error_description: text(1_000).optional() }),
    unknownQuery: "ignored", responses: { 302: null }, problems: [403],
  },
  getSignedIn: { tag: "people", authentication: "principal", scope: "self:read", method: "GET", path: "/auth/session", summary: "Who is signed in", responses: { 200: SignedIn }, problems: [] },
  signOut: { tag: "people", authentication: "principal", scope: "self:read", method: "POST", path: "/auth/logout", summary: "End the session", responses: { 200: SignedOut }, problems: [] },
} as const; // prettier-ignore
