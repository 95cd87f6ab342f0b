import type { peopleOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { People } from "./people.ts";
import { finishSignIn, signIn, type Redirect } from "./sign-in.ts";
import { getSignedIn, signOut } from "./signed-in.ts";

const found = ({ location, setCookie }: Redirect) => ({
  status: 302 as const,
  body: null,
  headers: { location, "set-cookie": setCookie, "cache-control": "no-store" },
});

export function peopleRoutes(people: People): Handlers<typeof peopleOperations> {
  return {
    signIn: async (ctx, { query }) => found(await signIn(people, ctx, { returnTo: query.return_to })),
    finishSignIn: async (ctx, { query }) => found(await finishSignIn(people, ctx, { query })),
    getSignedIn: async (ctx) => ({ status: 200, body: await getSignedIn(ctx) }),
    signOut: async (ctx) => {
      const { issuerSignOutUrl, setCookie } = await signOut(people, ctx);
      return { status: 200, body: { issuer_sign_out_url: issuerSignOutUrl }, headers: { "set-cookie": setCookie } };
    },
  };
}
