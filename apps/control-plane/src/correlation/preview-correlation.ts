import type { CorrelationPreview, PreviewCorrelation } from "@sre/contracts/control-plane";
import type { LocalizedText } from "@sre/contracts/evidence";
import { openCorrelator, type CorrelationSettings, type Dependencies } from "@sre/correlation";
import { requireScope, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { alertToPlace } from "./alert-to-place.ts";
import { settingsShown } from "./settings.ts";
import { findGroupedAlerts, type GroupedAlert } from "./store.ts";

const previewLimits = { alertsMax: 20_000, alertsPerTurn: 500, groupsListedMax: 100, incidentsPerGroupMax: 100, reasonsMax: 10 } as const;

interface GroupThen {
  alerts: number;
  readonly incidents: Set<string>;
  /** Why an alert of another incident than those before joined. */
  readonly because: LocalizedText[];
}

function settingsToTry(now: CorrelationSettings, input: PreviewCorrelation): CorrelationSettings {
  return {
    windowMs: input.window_seconds === undefined ? now.windowMs : input.window_seconds * 1_000,
    stepsMax: input.topology_steps ?? now.stepsMax,
    threshold: input.threshold ?? now.threshold,
    weights: input.weights ?? now.weights,
  };
}

/** Groups alerts as they came, and lets other work of the process have its turn in between. */
async function groupAnew(
  alerts: readonly GroupedAlert[],
  rules: { settings: CorrelationSettings; dependencies: Dependencies },
): Promise<{ groups: Map<number, GroupThen>; groupsOf: Map<string, Set<number>> }> {
  const correlator = openCorrelator([], rules);
  const groups = new Map<number, GroupThen>();
  const groupsOf = new Map<string, Set<number>>();
  for (const [index, alert] of alerts.entries()) {
    if (index % previewLimits.alertsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    const { into, because } = correlator.place(alertToPlace(alert));
    if (into.kind !== "new") continue;
    const incident = alert.incident_id!;
    const group = groups.get(into.group) ?? { alerts: 0, incidents: new Set<string>(), because: [] };
    if (group.alerts > 0 && !group.incidents.has(incident) && group.because.length < previewLimits.reasonsMax) group.because.push(because);
    group.alerts += 1;
    group.incidents.add(incident);
    groups.set(into.group, group);
    groupsOf.set(incident, (groupsOf.get(incident) ?? new Set()).add(into.group));
  }
  return { groups, groupsOf };
}

function countByIncident(alerts: readonly GroupedAlert[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { incident_id: incident } of alerts) counts.set(incident!, (counts.get(incident!) ?? 0) + 1);
  return counts;
}

/** What settings would have made of the alerts of the last hours, beside the incidents that they are in. Changes nothing. */
export async function previewCorrelation(app: App, ctx: CallContext, input: PreviewCorrelation): Promise<CorrelationPreview> {
  requireScope(ctx, "incidents:read");
  const { groupsListedMax, incidentsPerGroupMax, alertsMax } = previewLimits;
  const { kysely } = app.database;
  const settings = settingsToTry(app.settings.correlation, input);
  const from = new Date(ctx.at.getTime() - input.hours * 3_600_000);
  const found = await findGroupedAlerts(kysely, ctx.teamId, { from, to: ctx.at, limit: alertsMax + 1 });
  const alerts = found.slice(0, alertsMax);
  const { groups, groupsOf } = await groupAnew(alerts, {
    settings,
    dependencies: await app.dependencies.read(kysely, ctx.teamId, settings.stepsMax),
  });
  const counts = countByIncident(alerts);
  const merged = [...groups.values()].filter(({ incidents }) => incidents.size > 1).sort((a, b) => b.incidents.size - a.incidents.size);
  const divided = [...groupsOf].filter(([, among]) => among.size > 1).sort(([, a], [, b]) => b.size - a.size);
  return {
    settings: settingsShown(settings),
    from: from.toISOString(),
    to: ctx.at.toISOString(),
    alerts: alerts.length,
    complete: found.length <= alertsMax && merged.length <= groupsListedMax && divided.length <= groupsListedMax,
    incidents_now: counts.size,
    groups_then: groups.size,
    merged: merged.slice(0, groupsListedMax).map((group) => ({
      incident_ids: [...group.incidents].slice(0, incidentsPerGroupMax), alerts: group.alerts, because: group.because,
    })),
    divided: divided.slice(0, groupsListedMax).map(([incident, among]) => ({ incident_id: incident, groups: among.size, alerts: counts.get(incident) ?? 0 })),
  }; // prettier-ignore
}
