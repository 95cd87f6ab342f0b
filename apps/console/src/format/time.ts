import type { Language } from "@sre/contracts/control-plane";

const units = {
  en: { d: "d", h: "h", min: "min", s: "s", under: "less than 1 s" },
  "zh-TW": { d: "天", h: "小時", min: "分鐘", s: "秒", under: "不到 1 秒" },
} as const satisfies Record<Language, Record<string, string>>;

/** A length of time in words, its two largest units: "13 min", "1 h 5 min", "2 d 3 h". */
export function durationInWords(ms: number, language: Language): string {
  const words = units[language];
  const total = Math.max(0, Math.round(ms / 1_000));
  if (total < 1) return words.under;
  if (total < 60) return `${total} ${words.s}`;
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return `${minutes} ${words.min}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} ${words.h} ${minutes % 60} ${words.min}` : `${hours} ${words.h}`;
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${days} ${words.d} ${hours % 24} ${words.h}` : `${days} ${words.d}`;
}

/** Milliseconds as a person reads them: "85 ms", "1.2 s". */
export function tookInWords(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

const sameDay = (a: Date, b: Date) => a.toDateString() === b.toDateString();

/** Local clock time; the date stands before it when it is not today's. */
export function localTime(
  instant: string | number,
  { now, language, seconds = false }: { now: number; language: Language; seconds?: boolean },
): string {
  const at = new Date(instant);
  const options: Intl.DateTimeFormatOptions = {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(seconds ? { second: "2-digit" } : {}),
  };
  if (!sameDay(at, new Date(now))) Object.assign(options, { month: "short", day: "numeric" });
  return new Intl.DateTimeFormat(language, options).format(at);
}

/** The same instant in UTC, to the second: "2026-11-03 02:47:00 UTC". */
export function utcTime(instant: string | number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** The short name of the local zone at an instant: "GMT+8". */
export function zoneName(instant: string | number, language: Language): string {
  const parts = new Intl.DateTimeFormat(language, { timeZoneName: "short" }).formatToParts(new Date(instant));
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}

/**
 * A sentence whose clock times in UTC ("since 02:44 UTC") are told in local time, like every other time of the page.
 * The zone's offset is that of the day the sentence is read: the sentence names no day.
 */
export function withLocalClock(text: string, today: Date): string {
  return text.replace(/\b([01]\d|2[0-3]):([0-5]\d) UTC\b/g, (_, hours: string, minutes: string) => {
    const at = new Date(today);
    at.setUTCHours(Number(hours), Number(minutes), 0, 0);
    return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
  });
}
