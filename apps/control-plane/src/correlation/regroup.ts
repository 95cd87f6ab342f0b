import type { GroupingFeedback, Incident } from "@sre/contracts/control-plane";
import type { LocalizedText } from "@sre/contracts/evidence";
import { traitsOfAll } from "@sre/correlation";
import { RuleBroken, type CallContext } from "@sre/service-kit";
import { lockIntake } from "../alerts/store.ts";
import type { App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { publishEvents } from "../events/store.ts";
import { noSuchIncident } from "../incidents/change-incident.ts";
import { incidentOf } from "../incidents/incident-view.ts";
import { findIncident, lockIncident, writeTraits, type IncidentRow } from "../incidents/store.ts";
import { appendTimeline } from "../incidents/timeline.ts";
import type { Tx } from "../migrations/tables.ts";
import { scheduleDiagnoses } from "../diagnoses/schedule-diagnoses.ts";
import { alertToPlace } from "./alert-to-place.ts";
import { findWorstSeverity, settleSeverity } from "./settle-severity.ts";
import { findAlertsOf, insertFeedback, reassignAlerts, recountIncidents } from "./store.ts";

const [alertIdsKeptMax, alertsComparedMax] = [100, 1_000];

export interface Call {
  readonly app: App;
  readonly ctx: CallContext;
}

/** Two incidents between which alerts move, both held until the transaction ends. */
export interface Ends {
  readonly from: IncidentRow;
  readonly to: IncidentRow;
}

/** Holds the intake and both incidents, always in one order. Throws not_found, and conflict where they are the same or the target is resolved. */
export async function lockEnds(tx: Tx, { ctx }: Call, ids: { from: string; to: string }): Promise<Ends> {
  if (ids.from === ids.to) throw new RuleBroken("conflict", "An incident cannot be merged with itself.");
  await lockIntake(tx, ctx.teamId);
  const rows = new Map<string, IncidentRow | undefined>();
  for (const id of [ids.from, ids.to].sort()) rows.set(id, await lockIncident(tx, ctx.teamId, id));
  const [from, to] = [rows.get(ids.from), rows.get(ids.to)];
  if (!from || !to) throw noSuchIncident();
  if (to.status === "resolved") throw new RuleBroken("conflict", "The incident that would take the alerts is resolved.");
  return { from, to };
}

const because = (reason: string): LocalizedText =>
  reason === "" ? { en: "", "zh-TW": "" } : { en: `: ${reason}`, "zh-TW": `：${reason}` };

function wordsOf({ from, to }: Ends, { alerts, reason }: { alerts: number; reason: string }): { left: LocalizedText; came: LocalizedText } {
  const [why, count] = [because(reason), alerts === 1 ? "1 alert" : `${alerts} alerts`];
  return {
    left: { en: `${count} moved to incident #${to.number}${why.en}`, "zh-TW": `${alerts} 則告警移至事件 #${to.number}${why["zh-TW"]}` },
    came: {
      en: `${count} moved here from incident #${from.number}${why.en}`,
      "zh-TW": `${alerts} 則告警自事件 #${from.number} 移入${why["zh-TW"]}`,
    },
  };
}

async function keepAnew(tx: Tx, { app, ctx }: Call, ids: readonly string[]): Promise<void> {
  const { stepsMax } = app.settings.correlation;
  if (stepsMax === 0) return;
  const dependencies = await app.dependencies.read(tx, ctx.teamId, stepsMax);
  for (const id of ids) {
    const alerts = await findAlertsOf(tx, ctx.teamId, { incidentId: id, limit: alertsComparedMax });
    await writeTraits(tx, ctx.teamId, [{ incident_id: id, traits: traitsOfAll(alerts.map(alertToPlace), dependencies) }]);
  }
}

export interface Regrouping extends Ends {
  readonly kind: GroupingFeedback["kind"];
  /** Null: all of them. */
  readonly alertIds: readonly string[] | null;
  readonly reason: string;
}

/** Moves alerts, counts and weighs both incidents anew, and writes it down: timelines, audit, feedback, events. Returns how many moved. */
export async function moveAlerts(tx: Tx, { app, ctx }: Call, input: Regrouping): Promise<number> {
  const { from, to, kind, reason } = input;
  const before = { from: await findWorstSeverity(tx, ctx.teamId, from.id), to: await findWorstSeverity(tx, ctx.teamId, to.id) };
  const moved = await reassignAlerts(tx, ctx.teamId, { from: from.id, to: to.id, alertIds: input.alertIds });
  if (input.alertIds !== null && moved.length < new Set(input.alertIds).size)
    throw new RuleBroken("conflict", "Not every one of these alerts is in this incident; read its alerts anew.");
  await recountIncidents(tx, ctx.teamId, { ids: [from.id, to.id], at: ctx.at });
  await keepAnew(tx, { app, ctx }, [from.id, to.id]);
  await settleSeverity(tx, { app, ctx }, { incident: from, before: before.from });
  const rose = await settleSeverity(tx, { app, ctx }, { incident: to, before: before.to });
  if (rose && kind !== "split") await scheduleDiagnoses(tx, { app, ctx }, [{ incidentId: to.id, trigger: "higher_severity" }]);
  const words = wordsOf(input, { alerts: moved.length, reason });
  const entry = { at: ctx.at, kind: "status", actor: ctx.principal.name } as const;
  await appendTimeline(tx, ctx.teamId, [
    { ...entry, id: app.newId(), incidentId: from.id, text: words.left, refersTo: to.id },
    { ...entry, id: app.newId(), incidentId: to.id, text: words.came, refersTo: from.id },
  ]);
  const kept = { from_incident: from.id, to_incident: to.id, alerts: moved.length, reason };
  await insertFeedback(tx, {
    ...kept, team_id: ctx.teamId, id: app.newId(), at: ctx.at, actor: ctx.principal.name, kind, alert_ids: JSON.stringify(moved.slice(0, alertIdsKeptMax)),
  }); // prettier-ignore
  await recordAudit(tx, ctx, {
    id: app.newId(), action: `incident.${kind}`, subjectKind: "incident", subject: from.id, service: from.service, detail: { number: from.number, ...kept },
  }); // prettier-ignore
  await publishEvents(
    tx,
    ctx,
    [from, to].map(({ id }) => ({ kind: "incident.updated" as const, incidentId: id })),
  );
  return moved.length;
}

/** An incident as it stands in the transaction. */
export async function shown(tx: Tx, { ctx }: Call, id: string): Promise<Incident> {
  const row = await findIncident(tx, ctx.teamId, id);
  if (!row) throw noSuchIncident();
  return incidentOf(row);
}
