import { failPoints, requireScope, type CallContext } from "@sre/service-kit";
import type { WebhookReceipt } from "@sre/contracts/webhooks";
import { transact, type App } from "../app.ts";
import { recordAudit, type AuditEntry } from "../audit/record-audit.ts";
import { scheduleDiagnoses, type DiagnosisWish } from "../diagnoses/schedule-diagnoses.ts";
import { publishEvents, type NewEvent } from "../events/store.ts";
import { addIncidentEntities } from "../incidents/store.ts";
import { appendTimeline } from "../incidents/timeline.ts";
import type { Tx } from "../migrations/tables.ts";
import { began, ended, movesOf, needsIncident, type DeliveredAlert, type Membership } from "./incident-moves.ts";
import type { Placed } from "./place-in-incidents.ts";
import { placeQuietly, type Quietened } from "../noise/quieten-alerts.ts";
import { setHeld } from "../noise/store.ts";
import { noteIncidents } from "../notifications/note-incidents.ts";
import { acknowledgeForSender } from "../incidents/acknowledge-incident.ts";
import { DeliveryQueue } from "./delivery-queue.ts";
import type { Delivery } from "./formats/delivery.ts";
import { withoutRepeats, type IncomingAlert } from "./incoming-alert.ts";
import { onlyNewestFires } from "./only-newest-fires.ts";
import { alertsIn, readDelivery, together, type ReadDelivery } from "./read-delivery.ts";
import { resolveAlerts } from "./resolve-alerts.ts";
import { noteWatchdogs } from "../watchdogs/note-watchdogs.ts";
import { settleKeyedAlerts } from "./settle-keyed-alerts.ts";
import { timelineOf } from "./timeline-of-alerts.ts";
import { askable, requestAsking } from "../senders/request-asking.ts";
import { quarantineItems } from "../quarantine/quarantine-items.ts";
import { findStored, lockIntake, moveIncidents, upsertAlerts } from "./store.ts";

const intakeLimits = { incidentsInAuditMax: 50 } as const;

type Call = { readonly app: App; readonly ctx: CallContext };

/** The alerts with what they are about and what is stored of each. */
async function compare(
  tx: Tx,
  { app, ctx }: Call,
  { integration, given }: { integration: string; given: readonly IncomingAlert[] },
): Promise<DeliveredAlert[]> {
  const alerts = withoutRepeats(given);
  if (alerts.length === 0) return [];
  const resolved = await resolveAlerts(tx, ctx.teamId, { alerts, mapping: app.settings.mapping });
  const stored = await findStored(tx, ctx.teamId, { integration, alerts });
  return resolved.map((one, index) => {
    const { fingerprint, startsAt: starts_at, status } = one.alert;
    const before = stored.get(index) ?? { id: app.newId(), changed: true, prior_status: null, incident_id: null, incident_status: null };
    return { ...one, written: { ...before, fingerprint, starts_at, status } };
  });
}

function membershipsOf(alerts: readonly DeliveredAlert[], placed: Placed): Membership[] {
  return alerts.flatMap((delivered): Membership[] => {
    const joined = placed.incidentOf.get(delivered.written.id);
    const before = delivered.written.incident_id;
    if (joined !== undefined) return [{ delivered, incidentId: joined, joined: joined !== before }];
    return before !== null && delivered.written.changed ? [{ delivered, incidentId: before, joined: false }] : [];
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
  call: Call,
  input: { placed: Placed; memberships: readonly Membership[] },
): Promise<DiagnosisWish[]> {
  const { ctx } = call;
  const { placed, memberships } = input;
  const higherSeverity = await moveIncidents(tx, ctx.teamId, { at: ctx.at, moves: movesOf(memberships) });
  const entities = memberships.flatMap(({ delivered, incidentId }) =>
    delivered.resolved.entity ? [{ incident_id: incidentId, entity: delivered.resolved.entity }] : [],
  );
  const newEntity = (await addIncidentEntities(tx, ctx.teamId, entities)).map((pair) => pair.incident_id);
  await appendTimeline(tx, ctx.teamId, timelineOf(call, memberships, placed.because));
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

interface Batch {
  readonly deliveries: readonly ReadDelivery[];
  readonly alerts: readonly DeliveredAlert[];
}

/** What stands in the audit of deliveries that were stored together: one row, whatever their number. */
function auditDetail({ deliveries, alerts }: Batch, placed: Quietened) {
  const sum = (count: (one: ReadDelivery) => number) => deliveries.reduce((all, one) => all + count(one), 0);
  return {
    deliveries: deliveries.length,
    receiver: storable([...new Set(deliveries.map(({ delivery }) => delivery.receiver))].join(", ")),
    truncated: sum(({ delivery }) => delivery.truncated),
    accepted: alerts.length,
    quarantined: sum(({ malformed }) => malformed.length),
    began: alerts.filter(began).length,
    ended: alerts.filter(ended).length,
    held: placed.holds.length,
    incidents: placed.opened.map(({ id }) => id).slice(0, intakeLimits.incidentsInAuditMax),
  };
}

function openedAudit(app: App, placed: Placed): AuditEntry[] {
  return placed.opened.map((incident) => ({
    id: app.newId(), action: "incident.create", subjectKind: "incident", subject: incident.id, service: incident.service,
    detail: { number: incident.number, title: incident.title, grouped_because: incident.because },
  })); // prettier-ignore
}

/** Moves incidents by alerts that were put into them, and writes down what was done. */
export async function settleInIncidents(
  tx: Tx,
  call: Call,
  { alerts, placed, audit }: { readonly alerts: readonly DeliveredAlert[]; readonly placed: Placed; readonly audit: AuditEntry },
): Promise<void> {
  const { app, ctx } = call;
  const memberships = membershipsOf(alerts, placed);
  await scheduleDiagnoses(tx, call, await applyToIncidents(tx, call, { placed, memberships }));
  await recordAudit(tx, ctx, [audit, ...openedAudit(app, placed)]);
  await publishEvents(tx, ctx, eventsOf(placed, memberships, alerts.length > 0));
  await noteIncidents(tx, call, placed.opened.map(({ id }) => ({ incidentId: id, kind: "opened" }))); // prettier-ignore
}

/** One that fires after its own end may have been sent before it: the sender knows. */
async function askWhereDoubtful(tx: Tx, call: Call, { integration, alerts }: { integration: string; alerts: readonly DeliveredAlert[] }) {
  const back = alerts.filter((one) => began(one) && one.written.prior_status === "resolved");
  if (integration !== askable || back.length === 0) return;
  const incidentIds = [...new Set(back.flatMap(({ written }) => written.incident_id ?? []))];
  await requestAsking(tx, call, { because: "order", incidentIds });
}

/** Stores what changed and puts it into incidents, unless it is noise. */
async function place(tx: Tx, call: Call, batch: Batch): Promise<Placed> {
  const { app, ctx } = call;
  const { deliveries, alerts } = batch;
  const { integration } = deliveries[0]!.delivery;
  const changed = alerts.filter(({ written }) => written.changed);
  const placed = await placeQuietly(tx, call, { integration, alerts: alerts.filter(needsIncident) });
  if (changed.length === 0 && deliveries.every(({ malformed }) => malformed.length === 0)) return placed;
  await upsertAlerts(tx, ctx.teamId, { integration, at: ctx.at, alerts: changed, incidentOf: placed.incidentOf });
  await setHeld(tx, ctx.teamId, placed.holds);
  const detail = auditDetail(batch, placed);
  const audit = { id: app.newId(), action: "alert.receive", subjectKind: "delivery", subject: integration, detail };
  await settleInIncidents(tx, call, { alerts: changed, placed, audit });
  await askWhereDoubtful(tx, call, { integration, alerts: changed });
  return placed;
}

// What a delivery says of a fingerprint is all that its batch says of it, so that its incidents are found by it.
function receiptsOf({ deliveries, alerts }: Batch, placed: Placed, acknowledged: ReadonlyMap<string, string>): WebhookReceipt[] {
  const incidentsOf = new Map<string, Set<string>>();
  for (const { written } of alerts) {
    const id = placed.incidentOf.get(written.id) ?? written.incident_id;
    if (id !== null) incidentsOf.set(written.fingerprint, (incidentsOf.get(written.fingerprint) ?? new Set()).add(id));
  }
  return deliveries.map(({ delivery, keyed, malformed, alerts: own }) => {
    const fingerprints = [...own, ...keyed].map(({ fingerprint }) => fingerprint);
    const ids = fingerprints.flatMap((fingerprint) => [
      ...(incidentsOf.get(fingerprint) ?? []),
      ...(acknowledged.get(fingerprint) ? [acknowledged.get(fingerprint)!] : []),
    ]);
    return { accepted: delivery.items.length - malformed.length, quarantined: malformed.length, incident_ids: [...new Set(ids)] };
  });
}

/**
 * Stores deliveries that may be stored together, inside a transaction of the caller: alerts, incidents, timeline, audit and
 * diagnosis jobs. Malformed alerts are quarantined and never sink the others; repetitions change nothing.
 */
export async function receiveIn(tx: Tx, app: App, deliveries: readonly ReadDelivery[]): Promise<WebhookReceipt[]> {
  const { ctx: first, delivery } = deliveries[0]!;
  const { integration } = delivery;
  const at = new Date(Math.max(...deliveries.map(({ ctx }) => ctx.at.getTime())));
  const call: Call = { app, ctx: { ...first, at } };
  await lockIntake(tx, first.teamId);
  const keyed = deliveries.flatMap((one) => one.keyed);
  const settled = await settleKeyedAlerts(tx, first.teamId, { integration, keyed, at });
  const timed = await onlyNewestFires(tx, first.teamId, { integration, alerts: deliveries.flatMap((one) => one.alerts) });
  const given = [...timed, ...settled.alerts];
  const batch: Batch = { deliveries, alerts: await compare(tx, call, { integration, given }) };
  for (const { ctx, delivery: of, malformed } of deliveries)
    await quarantineItems(tx, { app, ctx }, { integration, receiver: of.receiver, malformed });
  const placed = await place(tx, call, batch);
  await noteWatchdogs(tx, call, { integration, alerts: batch.alerts });
  for (const incidentId of new Set(settled.acknowledged.values())) await acknowledgeForSender(tx, call, { incidentId });
  return receiptsOf(batch, placed, settled.acknowledged);
}

async function storeTogether(app: App, deliveries: readonly ReadDelivery[]): Promise<WebhookReceipt[]> {
  const receipts = await transact(app, async (tx) => {
    const written = await receiveIn(tx, app, deliveries);
    failPoints.hit("delivery.written");
    return written;
  });
  failPoints.hit("delivery.committed");
  return receipts;
}

/** Takes a delivery in: it is committed before the promise settles. Throws RuleBroken overloaded or unavailable when the sender has to come back. */
export type ReceiveAlerts = (ctx: CallContext, delivery: Delivery) => Promise<WebhookReceipt>;

/** The intake of this replica: deliveries that arrive at the same time are committed together. */
export function openIntake(app: App): ReceiveAlerts {
  const queue = new DeliveryQueue<ReadDelivery, WebhookReceipt>({
    alertsIn,
    together,
    store: (deliveries) => storeTogether(app, deliveries),
    nowMs: () => app.clock.monotonicMs(),
  });
  return async (ctx, delivery) => {
    failPoints.hit("delivery.received");
    requireScope(ctx, "alerts:ingest");
    const read = readDelivery(ctx, delivery);
    failPoints.hit("delivery.read");
    return queue.add(read);
  };
}
