import type { RecordChange } from "@sre/contracts/control-plane";
import { z } from "zod";

/** A change as a sender's event tells it: of a change that takes time, one event tells its begin and another its end. */
export interface ReportedChange {
  readonly id: string;
  readonly kind: RecordChange["kind"];
  readonly title: string;
  readonly at: Date;
  readonly phase: "begun" | "finished" | "at_once";
  readonly state: RecordChange["state"];
  /** Read as those of an alert, so that both speak of the same thing under one name. */
  readonly labels: Readonly<Record<string, string>>;
  /** What changed, where the labels do not say it. */
  readonly subject: { readonly kind: string; readonly name: string };
  readonly by: string | null;
  readonly to: string | null;
  readonly url: string | null;
}

export type ReadChange =
  | { readonly kind: "accepted"; readonly change: ReportedChange }
  | { readonly kind: "malformed"; readonly field: string; readonly reason: string };

export type ReadChangeItem = (item: unknown, receivedAt: Date) => ReadChange;

const control = /[\p{Cc}\p{Cs}]/gu;

/** A text without control characters, at most so long. */
export const plainText = (text: string, charactersMax: number): string => text.replaceAll(control, " ").trim().slice(0, charactersMax);

const httpUrl = z.url({ protocol: /^https?$/ }).max(2_000);

/** The text under a name of loose details, plain and at most so long; null where there is none. */
export function detail(details: Readonly<Record<string, unknown>>, name: string, charactersMax: number): string | null {
  const value = Object.hasOwn(details, name) ? details[name] : undefined;
  if (typeof value !== "string" && typeof value !== "number") return null;
  return plainText(String(value), charactersMax) || null;
}

/** The plain values of loose details, as labels may hold them. */
export function plainDetails(details: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.keys(details)
    .slice(0, 40)
    .flatMap((name) => {
      const text = detail(details, name, 253);
      return text === null ? [] : [[name, text] as const];
    });
  return Object.fromEntries(texts);
}

export const titleFrom = (text: string): string => plainText(text, 300);
export const linkFrom = (url: unknown): string | null => httpUrl.safeParse(url).data ?? null;

export function malformedChange(field: string, reason: string): ReadChange {
  return { kind: "malformed", field, reason };
}

/** What is wrong with an event that its schema refused. */
export function malformedBySchema(error: z.ZodError, within = ""): ReadChange {
  const [issue] = error.issues;
  return malformedChange(
    [within, ...(issue?.path ?? [])]
      .filter((part) => part !== "")
      .map(String)
      .join("."),
    issue?.message ?? "is no event",
  );
}
