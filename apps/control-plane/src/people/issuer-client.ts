import { isLoopbackUrl, RuleBroken, type TokenVerifier, type Principal } from "@sre/service-kit";
import * as oidc from "openid-client";

/** What a person's browser must bring back. */
interface SignInSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Who came back from the issuer, with what the issuer calls this sign-in. */
export interface CameBack {
  readonly person: Principal;
  readonly idToken: string | null;
}

/** Signs people in with the issuer: authorization code and PKCE. */
export interface IssuerClient {
  secrets(): SignInSecrets;
  /** Where the browser is to go. */
  authorizationUrl(secrets: SignInSecrets, redirectUri: string): Promise<string>;
  /** Who came back. Throws RuleBroken: invalid_request when the issuer's answer does not hold, unavailable when it cannot be judged. */
  finish(input: { readonly callbackUrl: string; readonly secrets: SignInSecrets }): Promise<CameBack>;
  /** Where a browser ends the sign-in at the issuer, and comes back from to `returnTo`; null when the issuer offers no such place or is away. */
  signOutUrl(idToken: string, returnTo: string): Promise<string | null>;
}

const issuerTimeoutSeconds = 5;
/** A longer one makes an address that browsers and proxies refuse. */
const idTokenCharactersMax = 6_000;

const notConfirmed = (cause: unknown) =>
  new RuleBroken("invalid_request", "The issuer did not confirm the sign-in.", { nextStep: "Sign in again.", cause });

/** What people may be allowed to do; the issuer grants of it what each holds. */
export const personScopes = [
  "alerts:read", "incidents:read", "incidents:write", "diagnoses:write", "changes:read", "changes:write",
  "resources:read", "resources:write", "audit:read", "executions:read",
] as const; // prettier-ignore

function discover(issuer: string, credentials: { id: string; secret: string }): Promise<oidc.Configuration> {
  const execute = isLoopbackUrl(issuer) ? [oidc.allowInsecureRequests] : [];
  return oidc.discovery(new URL(issuer), credentials.id, {}, oidc.ClientSecretBasic(credentials.secret), {
    execute,
    timeout: issuerTimeoutSeconds,
  });
}

/** A client of the issuer; its document is read at the first use and kept, a failure is not. */
export function createIssuerClient(input: {
  issuer: string;
  credentials: { id: string; secret: string };
  /** What to ask for beside who the person is. */
  scopes: readonly string[];
  verifier: TokenVerifier;
}): IssuerClient {
  let configuration: Promise<oidc.Configuration> | null = null;
  const configured = async (): Promise<oidc.Configuration> => {
    configuration ??= discover(input.issuer, input.credentials);
    try {
      return await configuration;
    } catch (error) {
      configuration = null;
      throw new RuleBroken("unavailable", "The issuer does not answer; nobody can sign in now.", { retryAfterSeconds: 5, cause: error });
    }
  };
  return {
    secrets: () => ({ state: oidc.randomState(), nonce: oidc.randomNonce(), codeVerifier: oidc.randomPKCECodeVerifier() }),
    async authorizationUrl({ state, nonce, codeVerifier }, redirectUri) {
      const challenge = await oidc.calculatePKCECodeChallenge(codeVerifier);
      const scope = ["openid", "profile", ...input.scopes].join(" ");
      const parameters = { redirect_uri: redirectUri, scope, state, nonce, code_challenge: challenge, code_challenge_method: "S256" };
      return oidc.buildAuthorizationUrl(await configured(), parameters).href;
    },
    async finish({ callbackUrl, secrets }) {
      const checks = {
        expectedState: secrets.state,
        expectedNonce: secrets.nonce,
        pkceCodeVerifier: secrets.codeVerifier,
        idTokenExpected: true,
      };
      const tokens = await oidc.authorizationCodeGrant(await configured(), new URL(callbackUrl), checks).catch((error: unknown) => {
        throw notConfirmed(error);
      });
      // The token is the issuer's word, not the browser's: a bad one is no "sign in with a better token" for the person who waits.
      const person = await input.verifier.verify(tokens.access_token).catch((error: unknown) => {
        throw error instanceof RuleBroken && error.code === "invalid_token" ? notConfirmed(error) : error;
      });
      const idToken = tokens.id_token ?? "";
      return { person, idToken: idToken !== "" && idToken.length <= idTokenCharactersMax ? idToken : null };
    },
    async signOutUrl(idToken, returnTo) {
      const known = await configured().catch(() => null);
      if (!known?.serverMetadata().end_session_endpoint) return null;
      return oidc.buildEndSessionUrl(known, { id_token_hint: idToken, post_logout_redirect_uri: returnTo }).href;
    },
  };
}
