import type { AlertToPlace } from "@sre/correlation";
import { textOf } from "../alerts/alert-text.ts";
import type { GroupedAlert } from "./store.ts";

const noReason = { en: "", "zh-TW": "" } as const;

/** A stored alert as the correlator takes it. */
export function alertToPlace({ id, name, labels, annotations, starts_at: startsAt, ...resolved }: GroupedAlert): AlertToPlace {
  return { key: id, resolved: { ...resolved, because: noReason }, startsAtMs: startsAt.getTime(), name, labels, text: textOf(annotations) };
}
