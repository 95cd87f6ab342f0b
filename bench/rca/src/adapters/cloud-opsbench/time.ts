import type { Instant } from "@sre/contracts/evidence";

/** The recorder's wall clock, which writes its times without saying so. */
const recorderZone = "+08:00";

const seconds: Readonly<Record<string, number>> = { y: 31_536_000, d: 86_400, h: 3_600, m: 60, s: 1 };

const instant = (ms: number): Instant | null => (Number.isNaN(ms) ? null : new Date(ms).toISOString());

/** A time of the recorder ("2025-11-10 20:59:58.012704", with a blank or a T) as an instant; null when it is none. */
export function recorderInstant(text: string): Instant | null {
  const found = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?$/.exec(text.trim());
  if (!found) return null;
  const [, day = "", time = "", fraction = ""] = found;
  return instant(Date.parse(`${day}T${time}${fraction.slice(0, 4)}${recorderZone}`));
}

/** A time as describe and manifests write it, always with its zone; null when it is something else. */
export function zonedInstant(text: string): Instant | null {
  const mail = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/;
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  const stated = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)( \S+)?$/.exec(text);
  if (stated) return instant(Date.parse(`${stated[1]}T${stated[2]}${stated[3]}:${stated[4]}`));
  return mail.test(text) || iso.test(text) ? instant(Date.parse(text)) : null;
}

/** Seconds of an age such as "94s", "5m6s" or "9d"; null when it is none ("<unknown>"). */
export function ageSeconds(text: string): number | null {
  if (!/^(\d+[ydhms])+$/.test(text)) return null;
  return [...text.matchAll(/(\d+)([ydhms])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * (seconds[unit ?? ""] ?? 0), 0);
}

/** The instant so many seconds before another. */
export function before(at: Instant, age: number): Instant {
  return new Date(Date.parse(at) - age * 1_000).toISOString();
}
