import type { LocalizedText, Severity } from "@sre/contracts/evidence";
import type { CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { publishEvents } from "../events/store.ts";
import type { Tx } from "../migrations/tables.ts";
import { noteIncidents } from "../notifications/note-incidents.ts";
import { insertIncidents, takeIncidentNumbers } from "./store.ts";
import { appendTimeline } from "./timeline.ts";

/** What the platform itself noticed, without any alert. */
interface Unprompted {
  readonly title: string;
  readonly severity: Severity;
  readonly cluster: string;
  readonly environment: string;
  readonly since: Date;
  /** Why it is not grouped with anything. */
  readonly alone: LocalizedText;
  /** The first entry of its timeline. */
  readonly text: LocalizedText;
  readonly detail: Readonly<Record<string, string>>;
}

function rowOf(ctx: CallContext, noticed: Unprompted, { id, number }: { id: string; number: number }) {
  const { title, severity, cluster, environment, since, alone } = noticed;
  return {
    team_id: ctx.teamId, id, number, title, status: "new", severity, cluster, environment, namespace: "", service: null, started_at: since, last_alert_at: since,
    created_at: ctx.at, updated_at: ctx.at, acknowledged_at: null, resolved_at: null, assignee: null, resolution: null,
    grouped_because: alone.en, grouped_because_zh: alone["zh-TW"], alerts_firing: 0, alerts_total: 0, version: 1,
  } as const; // prettier-ignore
}

/** Opens an incident that no alert asked for, with its audit row, event and notification. Returns its id. */
export async function openUnprompted(tx: Tx, { app, ctx }: { app: App; ctx: CallContext }, noticed: Unprompted): Promise<string> {
  const [id, number] = [app.newId(), await takeIncidentNumbers(tx, ctx.teamId, 1)];
  await insertIncidents(tx, [rowOf(ctx, noticed, { id, number })]);
  const { title, text } = noticed;
  await appendTimeline(tx, ctx.teamId, [{ id: app.newId(), incidentId: id, at: ctx.at, kind: "status", actor: ctx.principal.name, text }]);
  const detail = { number, title, ...noticed.detail };
  await recordAudit(tx, ctx, { id: app.newId(), action: "incident.create", subjectKind: "incident", subject: id, detail });
  await publishEvents(tx, ctx, [{ kind: "incident.created", incidentId: id }]);
  await noteIncidents(tx, { app, ctx }, [{ incidentId: id, kind: "opened" }]);
  return id;
}
