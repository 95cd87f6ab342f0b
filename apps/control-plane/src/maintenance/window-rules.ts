import type { MaintenanceWindow, Matcher } from "@sre/contracts/control-plane";
import { RuleBroken } from "@sre/service-kit";
import { asksForSomething, testFor, type Labels } from "../matchers/matchers.ts";
import { PatternRefused } from "../matchers/pattern.ts";
import type { MaintenanceWindowRow } from "./store.ts";

/** The longest window or silence, in milliseconds: what is forgotten hides alerts for no longer than that. */
const windowMsMax = 30 * 24 * 3_600_000;

/** Refuses a stretch of time or matchers that would hide too much. Throws RuleBroken unprocessable with the field. */
export function requireBounded(input: { matchers: readonly Matcher[]; startsAt: Date; endsAt: Date; at: Date }): void {
  const { matchers, startsAt, endsAt, at } = input;
  const refuse = (detail: string, field: string): never => {
    throw new RuleBroken("unprocessable", detail, { field });
  };
  if (endsAt <= startsAt) refuse("It must end after it starts.", "ends_at");
  if (endsAt <= at) refuse("It would have ended already.", "ends_at");
  if (endsAt.getTime() - Math.max(startsAt.getTime(), at.getTime()) > windowMsMax) refuse("It may last 30 days at most.", "ends_at");
  try {
    if (!asksForSomething(matchers)) refuse("At least one matcher must ask for a label that is there: these fit every alert.", "matchers");
  } catch (error) {
    if (error instanceof PatternRefused) refuse(error.message, "matchers");
    throw error;
  }
}

/** What a window is at a time. */
export function stateOf(row: MaintenanceWindowRow, at: Date): MaintenanceWindow["state"] {
  if (row.cancelled_at !== null) return "cancelled";
  if (at < row.starts_at) return "scheduled";
  return at < row.ends_at ? "active" : "ended";
}

/** Which of some windows an alert with these labels falls into. */
export function windowOf(
  windows: readonly { readonly id: string; readonly matchers: readonly Matcher[] }[],
  labels: Labels,
): string | null {
  return windows.find((window) => testFor(window.matchers)(labels))?.id ?? null;
}
