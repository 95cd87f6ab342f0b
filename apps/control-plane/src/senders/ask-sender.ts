import type { LocalizedText } from "@sre/contracts/evidence";
import type { CallContext } from "@sre/service-kit";
import { contentOf, type IncomingAlert } from "../alerts/incoming-alert.ts";
import { resolveAlerts } from "../alerts/resolve-alerts.ts";
import { transact, type App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { publishEvents } from "../events/store.ts";
import { appendTimeline } from "../incidents/timeline.ts";
import { jobContext } from "../job-context.ts";
import type { KnownAlert, Known } from "../silences/alertmanager.ts";
import { findOpenIncidents } from "../watchdogs/presence.ts";
import { askable, askQueue, type AskJob, type AskReason } from "./request-asking.ts";
import { settleEnded } from "./settle-ended.ts";
import { countUnknown, type Doubtful } from "./store.ts";
import { tellMissing } from "./tell-missing.ts";

/** With pauses of up to a minute, some six minutes of asking: longer than a restarted Alertmanager needs to be told again. */
const askLimits = { attemptsMax: 12, timeoutSeconds: 120, incidentsToldMax: 500 } as const;

export interface Asking {
  readonly because: AskReason;
  readonly incidentIds: readonly string[];
  readonly lastAttempt: boolean;
}

type Silent = { readonly why: LocalizedText; readonly detail: string };

/** Why an answer says nothing of what fires; null where it does. */
function silenceOf(known: Known, { at, settledMs }: { at: Date; settledMs: number }): Silent | null {
  if (known.kind === "unanswered") return { why: { en: "it does not answer", "zh-TW": "沒有回應" }, detail: known.detail };
  // It keeps no alerts over a restart: those that fire are sent to it again, little by little.
  if (at.getTime() - known.since.getTime() >= settledMs) return null;
  const since = known.since.toISOString();
  return {
    why: { en: `it was started at ${since} and may not know all yet`, "zh-TW": `於 ${since} 才啟動，可能尚未得知所有告警` },
    detail: `started at ${since}`,
  };
}

/** Writes down that nothing is known, where people would take what they see for certain. */
async function tellSilence(app: App, ctx: CallContext, { asking, silent }: { asking: Asking; silent: Silent }): Promise<void> {
  const { because, incidentIds } = asking;
  const text = {
    en: `Alertmanager could not be asked what still fires: ${silent.why.en}. What is shown as firing may be over`,
    "zh-TW": `無法向 Alertmanager 查詢仍在觸發的告警：${silent.why["zh-TW"]}。顯示為觸發中的告警可能已解除`,
  };
  await transact(app, async (tx) => {
    const told = because === "order" ? incidentIds : await findOpenIncidents(tx, ctx.teamId, askLimits.incidentsToldMax);
    await appendTimeline(tx, ctx.teamId, told.map((incidentId) => ({ id: app.newId(), incidentId, at: ctx.at, kind: "status", actor: ctx.principal.name, text }))); // prettier-ignore
    const detail = { because, answer: "none", reason: silent.detail.slice(0, 500) };
    await recordAudit(tx, ctx, { id: app.newId(), action: "sender.ask", subjectKind: "sender", subject: askable, detail });
    await publishEvents(tx, ctx, told.map((incidentId) => ({ kind: "incident.updated", incidentId }))); // prettier-ignore
  });
}

/** The clusters for which the sender speaks: those of which it has an alert now, be it only the heartbeat. */
async function clustersOf(app: App, ctx: CallContext, known: readonly KnownAlert[]): Promise<string[]> {
  const alerts = known.map(({ fingerprint, labels, annotations, startsAt }): IncomingAlert => ({
    ...contentOf(labels, annotations),
    fingerprint,
    startsAt,
    endsAt: null,
    status: "firing",
  }));
  const resolved = await resolveAlerts(app.database.kysely, ctx.teamId, { alerts, mapping: app.settings.mapping });
  return [...new Set(resolved.map(({ resolved: { cluster } }) => cluster))];
}

/**
 * Asks Alertmanager what fires: what it has no more is resolved here, and what it has and did not come is told to people. An answer
 * that says nothing ends nothing: it is asked again, and in the last attempt written down. Throws where it is to be asked again.
 */
export async function askSender(app: App, ctx: CallContext, asking: Asking): Promise<void> {
  if (app.alertmanager === null) return;
  const known = await app.alertmanager.known(ctx.signal);
  const silent = silenceOf(known, { at: ctx.at, settledMs: app.settings.senderAskMs });
  if (silent !== null && !asking.lastAttempt) throw new Error(`Alertmanager says nothing of what fires: ${silent.detail}`);
  if (silent !== null || known.kind === "unanswered") {
    if (silent !== null) await tellSilence(app, ctx, { asking, silent });
    return;
  }
  const clusters = await clustersOf(app, ctx, known.alerts);
  const doubtful: Doubtful = { askedAt: ctx.at, known: known.alerts.map(({ fingerprint }) => fingerprint), clusters };
  const ended = await settleEnded(app, ctx, doubtful);
  const missing = await tellMissing(app, ctx, { known: known.alerts, because: asking.because });
  await transact(app, async (tx) => {
    const left = await countUnknown(tx, ctx.teamId, doubtful);
    const detail = { because: asking.because, answer: "alerts", alerts: known.alerts.length, ended, missing, left_firing: left };
    await recordAudit(tx, ctx, { id: app.newId(), action: "sender.ask", subjectKind: "sender", subject: askable, detail });
  });
}

/** The queue in which senders are asked, for opening the jobs. */
export const senderQueues = [{ name: askQueue, attemptsMax: askLimits.attemptsMax, timeoutSeconds: askLimits.timeoutSeconds }];

/** Starts asking. */
export async function workOnSenders(app: App): Promise<void> {
  await app.jobs.work<AskJob>(askQueue, { concurrency: 1 }, (job) => {
    const { because, incident_ids: incidentIds } = job.payload;
    return askSender(app, jobContext(app, job), { because, incidentIds, lastAttempt: job.attempt >= askLimits.attemptsMax });
  });
}
