import { z } from "zod";

// What no clock says is no time: the years before 100 read as 19.., and past 9999 as none.
const plausibleYear = /^(19[7-9]\d|[2-8]\d{3})-/;

/** An instant: ISO 8601 with a zone, in the years 1970 to 8999, kept in UTC with milliseconds. */
export const Instant = z.iso.datetime({ offset: true }).regex(plausibleYear, { error: "must lie in the years 1970 to 8999" }).meta({ id: "Instant" }); // prettier-ignore
/** An instant as senders write it: Alertmanager says the year 1 where there is none. */
export const SenderInstant = z.iso.datetime({ offset: true });

export type Instant = z.infer<typeof Instant>;

/** A half-open stretch of time, `from` ≤ t < `to`. */
export const Window = z
  .object({ from: Instant, to: Instant })
  .refine((window) => Date.parse(window.from) <= Date.parse(window.to), { error: "from must not be after to", path: ["from"] })
  .meta({ id: "Window" });
export type Window = z.infer<typeof Window>;

export const TeamId = z.uuid().brand<"TeamId">();
export type TeamId = z.infer<typeof TeamId>;

/** How bad it is for users: `critical` wakes somebody, `info` never does. */
export const Severity = z.enum(["critical", "error", "warning", "info"]).meta({ id: "Severity" });
export type Severity = z.infer<typeof Severity>;
/** The most severe first. */
export const severities = Severity.options;

/** How severe it is, as a number: 0 for `info`, more for what is worse. */
export const severityRank = (severity: Severity): number => severities.length - 1 - severities.indexOf(severity);

/** One sentence in each language of the product. */
export const LocalizedText = z.object({ en: z.string(), "zh-TW": z.string() }).meta({ id: "LocalizedText" });
export type LocalizedText = z.infer<typeof LocalizedText>;
export type Language = keyof LocalizedText;

// Everything of Unicode's "Cc" but tab, line feed and carriage return; lone surrogates ("Cs") cannot be stored as UTF-8.
const forbiddenCharacter = /(?![\t\n\r])[\p{Cc}\p{Cs}]/u;

// The same for OpenAPI, whose patterns know no Unicode classes; lone surrogates stand in no JSON that was written as UTF-8.
const forbiddenPattern = String.raw`^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$`;

/** A text of people or senders: no control characters but white space, at most `max` characters. */
export function text(max: number) {
  return z
    .string()
    .max(max)
    .refine((value) => !forbiddenCharacter.test(value), { error: "must hold no control characters" })
    .meta({ pattern: forbiddenPattern });
}

/** Prometheus labels: at most 64 of them, names as Prometheus has them, values at most 2,048 characters. */
export const Labels = z
  .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_.]{0,127}$/), text(2_048))
  .refine((labels) => Object.keys(labels).length <= 64, { error: "at most 64 labels" })
  .meta({ id: "Labels" });
export type Labels = z.infer<typeof Labels>;

export const Page = z.object({
  cursor: z.string().max(200).optional().meta({ description: "where the last page ended (its next_cursor)" }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type Page = z.infer<typeof Page>;

/** A page of `item`s; `next_cursor` is null on the last one. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}
