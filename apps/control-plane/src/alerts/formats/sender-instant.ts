import { Instant } from "@sre/contracts/evidence";

const zoneWithoutColon = /([+-]\d{2})(\d{2})$/;
const secondsBelow = 100_000_000_000;

/**
 * Milliseconds since 1970 of an instant as senders write it: ISO 8601 with a zone ("Z", "+00:00", "+0000"), or a number of
 * seconds or milliseconds. NaN for everything else, so that it never falls back to a guess of the local zone.
 */
export function senderInstantMs(value: unknown): number {
  const text = typeof value === "number" || typeof value === "string" ? String(value).trim() : "";
  if (/^\d{9,16}(?:\.\d+)?$/.test(text)) return Number(text) < secondsBelow ? Number(text) * 1_000 : Number(text);
  const iso = text.replace(zoneWithoutColon, "$1:$2");
  return Instant.safeParse(iso).success ? Date.parse(iso) : Number.NaN;
}
