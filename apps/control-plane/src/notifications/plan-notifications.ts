import type { CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { findIncident, type IncidentOverview } from "../incidents/store.ts";
import type { Labels } from "../matchers/matchers.ts";
import type { Tx } from "../migrations/tables.ts";
import { messageOf } from "./message.ts";
import { stepsFor, type Step } from "./notification-rules.ts";
import { queues, type EscalateJob, type Notifications, type SendJob } from "./notifications.ts";
import {
  findCommonLabels, findLatestOpening, findTold, insertNotifications, lockNoticesToPlan, lockWaitingReceivers, setNoticePlanned, type NoticeRow,
} from "./store.ts"; // prettier-ignore

type Call = { readonly app: App; readonly ctx: CallContext };

interface About {
  readonly incident: IncidentOverview;
  readonly labels: Labels;
  readonly notifications: Notifications;
}

/** The labels by which an incident is routed: what all of its alerts have in common, and what the incident says itself. */
function labelsOf({ severity, service, cluster, environment, namespace }: IncidentOverview, common: Labels): Labels {
  const own = Object.entries({ severity, service: service ?? "", cluster, environment, namespace }).filter(([, value]) => value !== "");
  return { ...common, ...Object.fromEntries(own) };
}

type Told = { readonly route: string; readonly receiver: string };

function toldAt(step: Step | undefined): Told[] {
  const told = new Map<string, Told>();
  for (const { name: route, receivers } of step?.routes ?? [])
    for (const receiver of receivers) if (!told.has(receiver)) told.set(receiver, { route, receiver });
  return [...told.values()];
}

const asksPeople = new Set<NoticeRow["kind"]>(["opened", "reopened", "escalated"]);

/** Who is told: by the routes where somebody must act, else those who were told before. */
async function toldOf(tx: Tx, { ctx }: Call, { notice, about }: { notice: NoticeRow; about: About }): Promise<Told[]> {
  const { rules } = about.notifications;
  if (asksPeople.has(notice.kind)) return toldAt(stepsFor(rules, about.labels)[notice.step]);
  const told = await findTold(tx, ctx.teamId, about.incident.id);
  return told.filter(({ receiver }) => {
    const kind = rules.receivers[receiver]?.kind;
    if (notice.kind === "acknowledged") return kind === "pagerduty";
    // A further event of a key that was resolved would open another alert there.
    return !(notice.kind === "diagnosed" && kind === "pagerduty" && about.incident.status === "resolved");
  });
}

async function enqueueSend(tx: Tx, { app, ctx }: Call, notificationId: string): Promise<void> {
  const job: SendJob = { team_id: ctx.teamId, notification_id: notificationId };
  await app.jobs.enqueue(tx, queues.send, job, { key: notificationId });
}

/** What is looked at after some minutes: whether anybody acknowledged an incident since it opened. */
export interface Escalation {
  readonly incidentId: string;
  readonly openingId: string;
  readonly step: number;
  /** Since the opening. */
  readonly afterMinutes: number;
  /** From now on. */
  readonly waitMinutes: number;
}

export async function enqueueEscalation(tx: Tx, { app, ctx }: Call, input: Escalation): Promise<void> {
  const { incidentId, openingId, step, afterMinutes, waitMinutes } = input;
  const job: EscalateJob = {
    team_id: ctx.teamId, incident_id: incidentId, opening_id: openingId, step, after_minutes: afterMinutes, wait_minutes: waitMinutes,
  }; // prettier-ignore
  await app.jobs.enqueue(tx, queues.escalate, job, { startAfterSeconds: waitMinutes * 60 });
}

/** Waits for an acknowledgement, where there is a further step. */
async function awaitAcknowledgement(tx: Tx, call: Call, { notice, about }: { notice: NoticeRow; about: About }): Promise<void> {
  if (!asksPeople.has(notice.kind)) return;
  const steps = stepsFor(about.notifications.rules, about.labels);
  const [told, next] = [steps[notice.step], steps[notice.step + 1]];
  if (told === undefined || next === undefined) return;
  const incidentId = about.incident.id;
  const opening = notice.kind === "escalated" ? await findLatestOpening(tx, call.ctx.teamId, incidentId) : notice;
  if (opening === undefined) return;
  const { afterMinutes } = next;
  const waitMinutes = afterMinutes - told.afterMinutes;
  await enqueueEscalation(tx, call, { incidentId, openingId: opening.id, step: notice.step + 1, afterMinutes, waitMinutes });
}

async function planNotice(
  tx: Tx,
  call: Call,
  { notice, about, waiting }: { notice: NoticeRow; about: About; waiting: Set<string> },
): Promise<void> {
  const { app, ctx } = call;
  const { incident, labels, notifications } = about;
  const told = await toldOf(tx, call, { notice, about });
  const { id, kind, at } = notice;
  const message = messageOf(incident, { kind, at, labels, url: notifications.incidentUrl(incident.id) });
  await setNoticePlanned(tx, ctx.teamId, { id, at: ctx.at, message: JSON.stringify(message) });
  const rows = told.map(({ route, receiver }) => ({
    team_id: ctx.teamId, id: app.newId(), notice_id: id, incident_id: incident.id, kind, route, receiver,
    status: "queued" as const, attempts: 0, created_at: ctx.at, updated_at: ctx.at, sent_at: null, error: null,
  })); // prettier-ignore
  await insertNotifications(tx, rows);
  for (const row of rows) {
    // One after the other, so that no receiver hears of a resolve before it heard of what was resolved.
    if (!waiting.has(row.receiver)) await enqueueSend(tx, call, row.id);
    waiting.add(row.receiver);
  }
  await awaitAcknowledgement(tx, call, { notice, about });
}

/** Decides who is told of what happened to an incident, in the order in which it happened. Running it again plans nothing twice. */
async function planIncident(app: App, ctx: CallContext, input: { incidentId: string; notifications: Notifications }): Promise<void> {
  const { incidentId, notifications } = input;
  await transact(app, async (tx) => {
    const notices = await lockNoticesToPlan(tx, ctx.teamId, incidentId);
    const incident = notices.length > 0 && (await findIncident(tx, ctx.teamId, incidentId));
    if (!incident) return;
    const labels = labelsOf(incident, await findCommonLabels(tx, ctx.teamId, incidentId));
    const waiting = await lockWaitingReceivers(tx, ctx.teamId, incidentId);
    for (const notice of notices) await planNotice(tx, { app, ctx }, { notice, about: { incident, labels, notifications }, waiting });
  });
}

export async function planNotifications(app: App, ctx: CallContext, input: { incidentIds: readonly string[] }): Promise<void> {
  const { notifications } = app;
  if (notifications === null) return;
  for (const incidentId of input.incidentIds) {
    ctx.signal.throwIfAborted();
    await planIncident(app, { ...ctx, at: app.clock.now() }, { incidentId, notifications });
  }
}
