import type { Translate } from "../app/language.ts";

const known = ["accepted", "scope", "plan", "collect", "reason", "report", "reported", "failed", "cancelled"] as const;
type Known = (typeof known)[number];

const waiting: Readonly<Record<string, "asking" | "waiting">> = {
  "asking the assistant": "asking",
  "waiting for the assistant": "waiting",
};

const isKnown = (step: string): step is Known => (known as readonly string[]).includes(step);

/** A step of a diagnosis in the page's language; a step that the page does not know keeps its own name. */
export function stepName(step: string, t: Translate): string {
  const name = isKnown(step) ? step : waiting[step];
  return name === undefined ? step : t(`step.${name}`);
}
