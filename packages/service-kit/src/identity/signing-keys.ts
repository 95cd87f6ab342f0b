import { createLocalJWKSet, errors, type FlattenedJWSInput, type JWK, type JWSHeaderParameters } from "jose";
import { z } from "zod";
import type { Clock } from "../lifecycle/clock.ts";
import type { Issuer } from "./issuer-document.ts";
import { RuleBroken } from "./rules.ts";

const keyLimits = {
  freshMs: 300_000,
  /** The last good set serves this long when the issuer fails. */
  keptMs: 3_600_000,
  unknownKeyPauseMs: 30_000,
  keysMax: 50,
} as const;

const Jwk = z.looseObject({ kty: z.string(), kid: z.string().optional(), use: z.string().optional() });
const Jwks = z.object({ keys: z.array(Jwk).min(1).max(keyLimits.keysMax) });

type LocalKeys = ReturnType<typeof createLocalJWKSet>;
type ResolvedKey = Awaited<ReturnType<LocalKeys>>;

export interface SigningKeys {
  /** The key of a token by its header; reads the issuer when it must, and throws what jose throws for an unknown one. */
  readonly keyOf: (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<ResolvedKey>;
  check(): Promise<void>;
}

/** The public keys of an issuer: read lazily, once for all who wait, kept while the issuer is away, read again for an unknown key at most every 30 s. */
export function createSigningKeys(issuer: Issuer, clock: Clock): SigningKeys {
  let kept: { readonly keys: LocalKeys; readonly atMs: number } | null = null;
  let reading: Promise<void> | null = null;
  let unknownAskedMs = Number.NEGATIVE_INFINITY;

  async function read(): Promise<void> {
    const { jwks_uri } = await issuer.discovery();
    const { keys } = await issuer.send(jwks_uri, Jwks);
    // jose checks each key when it imports it. Symmetric keys have no place in a public set: with one, a caller could sign tokens with what everybody can read.
    const asymmetric = keys.filter((key) => key.kty !== "oct" && key.use !== "enc");
    kept = { keys: createLocalJWKSet({ keys: asymmetric as JWK[] }), atMs: clock.monotonicMs() };
  }

  function refresh(): Promise<void> {
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  }

  async function current(): Promise<LocalKeys> {
    const ageMs = kept ? clock.monotonicMs() - kept.atMs : Number.POSITIVE_INFINITY;
    if (kept && ageMs <= keyLimits.freshMs) return kept.keys;
    if (kept && ageMs <= keyLimits.keptMs) {
      refresh().catch(() => undefined);
      return kept.keys;
    }
    await refresh();
    if (!kept) throw new RuleBroken("unavailable", "The issuer of tokens has no keys.");
    return (kept as { keys: LocalKeys }).keys;
  }

  async function keyOf(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<ResolvedKey> {
    const keys = await current();
    try {
      return await keys(header, token);
    } catch (error) {
      const nowMs = clock.monotonicMs();
      if (!(error instanceof errors.JWKSNoMatchingKey) || nowMs - unknownAskedMs < keyLimits.unknownKeyPauseMs) throw error;
      unknownAskedMs = nowMs;
      await refresh().catch(() => undefined);
      return (await current())(header, token);
    }
  }

  return { keyOf, check: async () => void (await current()) };
}
