import { requireScope, type CallContext } from "@sre/service-kit";
import type { WebhookReceipt } from "@sre/contracts/webhooks";
import { transact, type App } from "../app.ts";
import { recordAudit, type AuditEntry } from "../audit/record-audit.ts";
import { scheduleDiagnoses, type DiagnosisWish } from "../diagnoses/schedule-diagnoses.ts";
import { publishEvents, type NewEvent } from "../events/store.ts";
import { addIncidentEntities } from "../incidents/store.ts";
import { appendTimeline, type NewTimelineEntry } from "../incidents/timeline.ts";
import type { Tx } from "../migrations/tables.ts";
import { began, ended, movesOf, needsIncident, type DeliveredAlert, type Membership } from "./incident-moves.ts";
import { placeInIncidents, type Placed } from "./place-in-incidents.ts";
import { noteIncidents } from "../notifications/note-incidents.ts";
import { acknowledgeForSender } from "../incidents/acknowledge-incident.ts";
import type { Delivery } from "./formats/delivery.ts";
import { withoutRepeats, type IncomingAlert } from "./incoming-alert.ts";
import { resolveAlerts } from "./resolve-alerts.ts";
import { noteWatchdogs } from "../watchdogs/note-watchdogs.ts";
import { settleKeyedAlerts } from "./settle-keyed-alerts.ts";
import { quarantineItems, type MalformedItem } from "../quarantine/quarantine-items.ts";
import { attachAlerts, lockBucketOf, lockBuckets, moveIncidents, upsertAlerts } from "./store.ts";

const intakeLimits = { incidentsInAuditMax: 50 } as const;

type Call = { readonly app: App; readonly ctx: CallContext };

/** Stores the alerts and says what each was before. */
async function store(
  tx: Tx,
  { app, ctx }: Call,
  { integration, given }: { integration: string; given: readonly IncomingAlert[] },
): Promise<DeliveredAlert[]> {
  const alerts = withoutRepeats(given);
  if (alerts.length === 0) return [];
  const resolved = await resolveAlerts(tx, ctx.teamId, { alerts, mapping: app.settings.mapping });
  // With neighbours any service may join any incident, so that all deliveries of the team decide one after the other.
  const buckets = app.settings.groupingTopologySteps > 0 ? [0] : resolved.map(lockBucketOf);
  await lockBuckets(tx, ctx.teamId, { of: "alerts", buckets });
  const written = await upsertAlerts(tx, ctx.teamId, {
    integration,
    at: ctx.at,
    alerts: resolved.map((alert) => ({ id: app.newId(), alert })),
  });
  const byIdentity = new Map(written.map((row) => [`${row.fingerprint} ${row.starts_at.getTime()}`, row]));
  return resolved.map((one) => ({ ...one, written: byIdentity.get(`${one.alert.fingerprint} ${one.alert.startsAt.getTime()}`)! }));
}

function membershipsOf(alerts: readonly DeliveredAlert[], placed: Placed): Membership[] {
  return alerts.flatMap((delivered): Membership[] => {
    const joined = placed.incidentOf.get(delivered.written.id);
    if (joined !== undefined) return [{ delivered, incidentId: joined, joined: true }];
    const before = delivered.written.incident_id;
    return before !== null && delivered.written.changed ? [{ delivered, incidentId: before, joined: false }] : [];
  });
}

function timelineOf(app: App, ctx: CallContext, memberships: readonly Membership[]): NewTimelineEntry[] {
  return memberships.flatMap(({ delivered, incidentId }): NewTimelineEntry[] => {
    const { alert, resolved, written } = delivered;
    const about = resolved.service ?? alert.name;
    const entry = { id: app.newId(), incidentId, actor: ctx.principal.name, refersTo: written.id };
    if (began(delivered)) {
      return [
        {
          ...entry,
          at: alert.startsAt,
          kind: "alert_fired",
          text: { en: `${alert.name} fired for ${about}`, "zh-TW": `${about} 的告警 ${alert.name} 觸發` },
        },
      ];
    }
    if (!ended(delivered)) return [];
    return [
      {
        ...entry,
        at: alert.endsAt ?? ctx.at,
        kind: "alert_resolved",
        text: { en: `${alert.name} resolved for ${about}`, "zh-TW": `${about} 的告警 ${alert.name} 已解除` },
      },
    ];
  });
}

/** Which incidents are to be diagnosed because of this delivery, and why. */
function wishesOf(
  placed: Placed,
  grown: { readonly newEntity: readonly string[]; readonly higherSeverity: readonly string[] },
): DiagnosisWish[] {
  const opened = new Set(placed.opened.map(({ id }) => id));
  const wishes = new Map<string, DiagnosisWish>(placed.opened.map(({ id }) => [id, { incidentId: id, trigger: "new_incident" }]));
  for (const id of grown.newEntity) if (!opened.has(id)) wishes.set(id, { incidentId: id, trigger: "new_entity" });
  for (const id of grown.higherSeverity) if (!opened.has(id)) wishes.set(id, { incidentId: id, trigger: "higher_severity" });
  return [...wishes.values()];
}

async function applyToIncidents(
  tx: Tx,
  { app, ctx }: Call,
  input: { placed: Placed; memberships: readonly Membership[] },
): Promise<DiagnosisWish[]> {
  const { placed, memberships } = input;
  const pairs = memberships
    .filter(({ joined }) => joined)
    .map(({ delivered, incidentId }) => ({ alert_id: delivered.written.id, incident_id: incidentId }));
  await attachAlerts(tx, ctx.teamId, pairs);
  const higherSeverity = await moveIncidents(tx, ctx.teamId, { at: ctx.at, moves: movesOf(memberships) });
  const entities = memberships.flatMap(({ delivered, incidentId }) =>
    delivered.resolved.entity ? [{ incident_id: incidentId, entity: delivered.resolved.entity }] : [],
  );
  const newEntity = (await addIncidentEntities(tx, ctx.teamId, entities)).map((pair) => pair.incident_id);
  await appendTimeline(tx, ctx.teamId, timelineOf(app, ctx, memberships));
  return wishesOf(placed, { newEntity, higherSeverity });
}

function eventsOf(placed: Placed, memberships: readonly Membership[], changed: boolean): NewEvent[] {
  const opened = new Set(placed.opened.map(({ id }) => id));
  const touched = [...new Set(memberships.map(({ incidentId }) => incidentId))].filter((id) => !opened.has(id));
  return [
    ...(changed ? [{ kind: "alert.received" } as const] : []),
    ...[...opened].map((incidentId) => ({ kind: "incident.created", incidentId }) as const),
    ...touched.map((incidentId) => ({ kind: "incident.updated", incidentId }) as const),
  ];
}

// Whatever a sender calls its receiver must not sink its alerts.
const storable = (text: string): string => text.slice(0, 200).replaceAll(/[\p{Cc}\p{Cs}]/gu, "");

function auditOf(
  app: App,
  placed: Placed,
  {
    integration,
    ...delivery
  }: { integration: string; receiver: string; truncated: number; accepted: number; quarantined: number; began: number; ended: number },
): AuditEntry[] {
  const incidents = placed.opened.map(({ id }) => id).slice(0, intakeLimits.incidentsInAuditMax);
  const opened = placed.opened.map((incident) => ({
    id: app.newId(), action: "incident.create", subjectKind: "incident", subject: incident.id, service: incident.service,
    detail: { number: incident.number, title: incident.title, grouped_because: incident.because },
  })); // prettier-ignore
  return [
    { id: app.newId(), action: "alert.receive", subjectKind: "delivery", subject: integration, detail: { ...delivery, incidents } },
    ...opened,
  ];
}

type Stored = { readonly delivery: Delivery; readonly alerts: readonly DeliveredAlert[]; readonly malformed: readonly MalformedItem[] };

/** Puts what changed into incidents, and writes down what was done. */
async function place(tx: Tx, call: Call, { delivery, alerts, malformed }: Stored): Promise<Placed> {
  const { app, ctx } = call;
  const changed = alerts.filter(({ written }) => written.changed);
  const placed = await placeInIncidents(tx, call, alerts.filter(needsIncident));
  const memberships = membershipsOf(changed, placed);
  await scheduleDiagnoses(tx, call, await applyToIncidents(tx, call, { placed, memberships }));
  if (changed.length === 0 && malformed.length === 0) return placed;
  const counts = {
    accepted: alerts.length,
    quarantined: malformed.length,
    began: alerts.filter(began).length,
    ended: alerts.filter(ended).length,
  };
  const { integration, truncated } = delivery;
  await recordAudit(tx, ctx, auditOf(app, placed, { integration, receiver: storable(delivery.receiver), truncated, ...counts }));
  await publishEvents(tx, ctx, eventsOf(placed, memberships, changed.length > 0));
  await noteIncidents(
    tx,
    call,
    placed.opened.map(({ id }) => ({ incidentId: id, kind: "opened" })),
  );
  return placed;
}

/**
 * Takes one delivery in: alerts, incidents, timeline, audit and diagnosis jobs are committed together before it returns.
 * Malformed alerts are quarantined and never sink the others; repetitions change nothing.
 */
export async function receiveAlerts(app: App, ctx: CallContext, delivery: Delivery): Promise<WebhookReceipt> {
  requireScope(ctx, "alerts:ingest");
  return transact(app, (tx) => receiveIn(tx, { app, ctx }, delivery));
}

/** The same inside a transaction of the caller. */
export async function receiveIn(tx: Tx, call: Call, delivery: Delivery): Promise<WebhookReceipt> {
  const { ctx } = call;
  const { integration, items } = delivery;
  const read = items.map((item) => delivery.read(item, ctx.at));
  const malformed = items.flatMap((item, index) => {
    const one = read[index]!;
    return one.kind === "malformed" ? [{ item, ...one }] : [];
  });
  const keyed = read.flatMap((one) => (one.kind === "keyed" ? [one.keyed] : []));
  const settled = await settleKeyedAlerts(tx, ctx.teamId, { integration, keyed, at: ctx.at });
  const given = [...read.flatMap((one) => (one.kind === "accepted" ? [one.alert] : [])), ...settled.alerts];
  const alerts = await store(tx, call, { integration, given });
  await quarantineItems(tx, call, { integration, receiver: delivery.receiver, malformed });
  const placed = await place(tx, call, { delivery, alerts, malformed });
  await noteWatchdogs(tx, call, { integration, alerts });
  for (const incidentId of settled.acknowledged) await acknowledgeForSender(tx, call, { incidentId });
  const incidents = alerts.flatMap(({ written }) => placed.incidentOf.get(written.id) ?? written.incident_id ?? []);
  return {
    accepted: read.length - malformed.length,
    quarantined: malformed.length,
    incident_ids: [...new Set([...incidents, ...settled.acknowledged])],
  };
}
