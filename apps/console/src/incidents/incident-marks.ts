import type { Alert } from "@sre/contracts/control-plane";
import type { Cause, ChangeRecord } from "@sre/contracts/evidence";
import type { Translate } from "../app/language.ts";
import { shortName } from "../format/entity.ts";
import type { Mark } from "../ui/chart-model.ts";

const seconds = (instant: string) => Date.parse(instant) / 1_000;

export interface MarkSources {
  readonly alerts: readonly Alert[];
  readonly changes: readonly ChangeRecord[];
  readonly causes: readonly Cause[];
}

/** Changes, onsets and alerts as marks on the one axis of time, in the order they happened; a change that no cause blames stays quiet. */
export function marksOf({ alerts, changes, causes }: MarkSources, t: Translate): Mark[] {
  const blamed = new Set(causes.map((cause) => cause.change));
  const marks: Mark[] = [
    ...changes.map((change) => ({
      at: seconds(change.started_at),
      sign: "◆" as const,
      tone: blamed.has(change.id) ? ("accent" as const) : ("plain" as const),
      label: `${t("chart.change")}: ${change.title}`,
    })),
    ...alerts.map((alert) => ({
      at: seconds(alert.starts_at),
      sign: "▲" as const,
      tone: "red" as const,
      label: `${t("chart.alert")}: ${alert.name}${alert.entity ? ` (${shortName(alert.entity)})` : ""}`,
    })),
    ...causes.flatMap((cause) =>
      cause.onset
        ? [
            {
              at: seconds(cause.onset),
              sign: "┊" as const,
              tone: "plain" as const,
              label: `${t("chart.onset")}: ${shortName(cause.entity)}`,
            },
          ]
        : [],
    ),
  ];
  return marks.sort((a, b) => a.at - b.at || (a.sign < b.sign ? -1 : 1));
}
