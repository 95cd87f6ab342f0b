import { z } from "zod";
import { isLoopbackUrl } from "../config/service-environment.ts";
import { parseJson } from "../outbound/parse-json.ts";
import type { Outbound, OutboundFactory, OutboundRequest } from "../outbound/types.ts";
import { RuleBroken } from "./rules.ts";

const issuerLimits = { deadlineMs: 3_000, documentBytesMax: 262_144, attemptsMax: 2, connectionsMax: 4, cooldownMs: 1_000 } as const;

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url(), token_endpoint: z.url() });
type Discovery = z.infer<typeof Discovery>;

/** One OpenID Connect issuer: its discovery document, and calls to the addresses that it names. */
export interface Issuer {
  discovery(): Promise<Discovery>;
  /** Sends to an absolute URL of the issuer and checks the JSON it answers; throws RuleBroken("unavailable"). */
  send<S extends z.ZodType>(url: string, schema: S, request?: Partial<OutboundRequest>): Promise<z.output<S>>;
  /** Forgets the discovery document, so that it is read again. */
  forget(): void;
}

function mayTrust(url: string): boolean {
  return url.startsWith("https://") || isLoopbackUrl(url);
}

// An issuer over plain http is the operator's word (a cluster-internal address); what it names then may be http too, of the same host.
function sameGuarantee(issuer: string, url: string): boolean {
  return mayTrust(url) || new URL(url).host === new URL(issuer).host;
}

/** Reads an issuer lazily, several readers at once with one call; a failure is remembered for a second. */
export function createIssuer(input: { readonly issuer: string; readonly outbound: OutboundFactory }): Issuer {
  const { issuer, outbound } = input;
  const calls = new Map<string, Outbound>();
  let known: Promise<Discovery> | null = null;

  function callsTo(origin: string): Outbound {
    const existing = calls.get(origin);
    if (existing) return existing;
    const { deadlineMs, documentBytesMax, attemptsMax, connectionsMax } = issuerLimits;
    const made = outbound({ name: "issuer", baseUrl: origin, deadlineMs, responseBytesMax: documentBytesMax, attemptsMax, connectionsMax });
    calls.set(origin, made);
    return made;
  }

  async function send<S extends z.ZodType>(url: string, schema: S, request: Partial<OutboundRequest> = {}): Promise<z.output<S>> {
    const { origin, pathname, searchParams } = new URL(url);
    const query = Object.fromEntries(searchParams);
    const result = await callsTo(origin).send({ method: "GET", path: pathname, query, signal: new AbortController().signal, ...request });
    if (result.kind === "failed") {
      const because =
        result.because === "denied" || result.because === "refused"
          ? "The issuer refused this service's credentials."
          : "The issuer of tokens does not answer.";
      throw new RuleBroken("unavailable", because, { cause: new Error(`${result.detail} ${result.body?.slice(0, 300) ?? ""}`) });
    }
    const parsed = parseJson(result, schema);
    if (!parsed.ok)
      throw new RuleBroken("unavailable", "The issuer of tokens answers what is not expected of one.", { cause: new Error(parsed.detail) });
    return parsed.value;
  }

  async function read(): Promise<Discovery> {
    const found = await send(`${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`, Discovery);
    const honest = found.issuer.replace(/\/+$/, "") === issuer.replace(/\/+$/, "");
    if (!honest || !sameGuarantee(issuer, found.jwks_uri) || !sameGuarantee(issuer, found.token_endpoint)) {
      throw new RuleBroken("unavailable", "The issuer of tokens describes another issuer, or addresses that are not safe.");
    }
    return found;
  }

  return {
    send,
    discovery() {
      if (known) return known;
      const reading = read();
      known = reading;
      reading.catch(() => setTimeout(() => known === reading && (known = null), issuerLimits.cooldownMs).unref());
      return reading;
    },
    forget() {
      known = null;
    },
  };
}
