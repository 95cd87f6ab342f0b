import { z } from "zod";
import type { Clock } from "../lifecycle/clock.ts";
import type { OutboundFactory } from "../outbound/types.ts";
import { createIssuer } from "./issuer-document.ts";

const renewBeforeMs = 30_000;
const lifetimeSecondsMax = 86_400;

const TokenAnswer = z.object({
  access_token: z.string().min(1).max(12_288),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().positive().optional(),
});

/** This service's own token for another one. */
export interface ClientCredentials {
  /** A token that is good for half a minute at least. Throws RuleBroken("unavailable") when none can be had. */
  token(signal?: AbortSignal): Promise<string>;
}

export interface ClientCredentialsInput {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly outbound: OutboundFactory;
  readonly clock: Clock;
}

// RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
function basic(clientId: string, clientSecret: string): string {
  const encoded = (part: string): string => encodeURIComponent(part).replaceAll("%20", "+");
  return `Basic ${Buffer.from(`${encoded(clientId)}:${encoded(clientSecret)}`).toString("base64")}`;
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }));
}

/** Gets tokens by the client credentials grant; kept until half a minute before they end, one request for all who wait. */
export function createClientCredentials(input: ClientCredentialsInput): ClientCredentials {
  const { clock } = input;
  const issuer = createIssuer(input);
  let held: { readonly token: string; readonly untilMs: number } | null = null;
  let asking: Promise<string> | null = null;

  async function ask(): Promise<string> {
    const { token_endpoint } = await issuer.discovery();
    const startedMs = clock.monotonicMs();
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      scope: input.scopes.join(" "),
      audience: input.audience,
    }).toString();
    const answer = await issuer.send(token_endpoint, TokenAnswer, {
      method: "POST",
      body,
      idempotent: true,
      headers: { authorization: basic(input.clientId, input.clientSecret), "content-type": "application/x-www-form-urlencoded" },
    });
    const lifetimeMs = Math.min(answer.expires_in ?? 60, lifetimeSecondsMax) * 1_000;
    held = { token: answer.access_token, untilMs: startedMs + Math.max(lifetimeMs - renewBeforeMs, lifetimeMs / 2) };
    return answer.access_token;
  }

  return {
    async token(signal) {
      if (held && clock.monotonicMs() < held.untilMs) return held.token;
      asking ??= ask().finally(() => {
        asking = null;
      });
      if (!signal) return asking;
      signal.throwIfAborted();
      return Promise.race([asking, rejectOnAbort(signal)]);
    },
  };
}
