import type { Incident, NoticeKind, TimelineEntry } from "@sre/contracts/control-plane";
import type { LocalizedText } from "@sre/contracts/evidence";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import type { Updateable } from "kysely";
import { transact, type App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { publishEvents } from "../events/store.ts";
import type { IncidentTable, Tx } from "../migrations/tables.ts";
import { noteIncidents } from "../notifications/note-incidents.ts";
import { incidentOf } from "./incident-view.ts";
import { findIncident, lockIncident, updateIncident, type IncidentRow } from "./store.ts";
import { appendTimeline } from "./timeline.ts";

export const noSuchIncident = () => new RuleBroken("not_found", "There is no such incident.");

/** What a verb does to an incident it has locked. */
export interface IncidentChange {
  readonly set: Updateable<IncidentTable>;
  readonly action: string;
  readonly kind: TimelineEntry["kind"];
  readonly text: LocalizedText;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** What people are told of a change of status; nothing of any other change. */
function noticeOf(before: IncidentRow["status"], after: IncidentRow["status"] | undefined): NoticeKind | null {
  if (after === undefined || after === before) return null;
  if (before === "resolved") return "reopened";
  return after === "new" ? null : after;
}

async function write(tx: Tx, call: { app: App; ctx: CallContext }, input: { before: IncidentRow; change: IncidentChange }): Promise<void> {
  const { app, ctx } = call;
  const { before, change } = input;
  await updateIncident(tx, ctx.teamId, { id: before.id, set: { ...change.set, updated_at: ctx.at } });
  await appendTimeline(tx, ctx.teamId, [
    { id: app.newId(), incidentId: before.id, at: ctx.at, kind: change.kind, actor: ctx.principal.name, text: change.text },
  ]);
  const detail = { number: before.number, ...change.detail };
  await recordAudit(tx, ctx, {
    id: app.newId(),
    action: change.action,
    subjectKind: "incident",
    subject: before.id,
    service: before.service,
    detail,
  });
  await publishEvents(tx, ctx, [{ kind: "incident.updated", incidentId: before.id }]);
  const kind = noticeOf(before.status, change.set.status);
  if (kind !== null) await noteIncidents(tx, call, [{ incidentId: before.id, kind }]);
}

interface Decision {
  readonly incidentId: string;
  /** Sees the locked incident, returns what to change (null = already so, nothing is written) or throws RuleBroken. */
  readonly decide: (before: IncidentRow) => IncidentChange | null;
}

/** The common way of every verb on one incident: permission, transaction, change, audit. */
export async function changeIncident(app: App, ctx: CallContext, input: Decision): Promise<Incident> {
  requireScope(ctx, "incidents:write");
  return transact(app, (tx) => changeLocked(tx, { app, ctx }, input));
}

/** The same inside a transaction of the caller, who has seen to the permission. */
export async function changeLocked(tx: Tx, call: { app: App; ctx: CallContext }, input: Decision): Promise<Incident> {
  const { teamId } = call.ctx;
  const before = await lockIncident(tx, teamId, input.incidentId);
  if (!before) throw noSuchIncident();
  const change = input.decide(before);
  if (change) await write(tx, call, { before, change });
  const after = await findIncident(tx, teamId, input.incidentId);
  if (!after) throw noSuchIncident();
  return incidentOf(after);
}
