import type { App } from "../app.ts";
import { jobContext } from "../job-context.ts";
import { escalateIncident } from "./escalate-incident.ts";
import { queues, type EscalateJob, type PlanJob, type SendJob } from "./notifications.ts";
import { planNotifications } from "./plan-notifications.ts";
import { sendNotification } from "./send-notification.ts";
import { findStalled } from "./store.ts";

/** Notifications on their way at once from one replica; how often and after how long those without a job are looked for; how many at once. */
const sendLimits = { inFlightMax: 8, stalledEveryMs: 60_000, stalledAfterMs: 600_000, stalledMax: 500 } as const;

/** The queues of notifications, for opening the jobs. */
export function notificationQueues(attemptsMax: number) {
  return [
    { name: queues.plan, attemptsMax: 100, timeoutSeconds: 120 },
    // The row counts the attempts: some runs end before there was one.
    { name: queues.send, attemptsMax: attemptsMax + 20, timeoutSeconds: 60 },
    { name: queues.escalate, attemptsMax: 100, timeoutSeconds: 60 },
  ];
}

/** Gives a job to notifications that wait and have none, as when a process was killed in the last run of theirs. */
async function resumeStalled(app: App): Promise<void> {
  const before = new Date(app.clock.now().getTime() - sendLimits.stalledAfterMs);
  for (const { team_id, id } of await findStalled(app.database.kysely, { before, limit: sendLimits.stalledMax })) {
    const job: SendJob = { team_id, notification_id: id };
    await app.jobs.enqueue(null, queues.send, job, { key: id });
  }
}

/** Starts working off the outbox, until it is disposed; without rules there is nothing in it. */
export async function workOnNotifications(app: App): Promise<Disposable> {
  if (app.notifications === null) return { [Symbol.dispose]: () => undefined };
  await app.jobs.work<PlanJob>(queues.plan, { concurrency: 1 }, (job) =>
    planNotifications(app, jobContext(app, job), { incidentIds: job.payload.incident_ids }),
  );
  await app.jobs.work<SendJob>(queues.send, { concurrency: sendLimits.inFlightMax }, (job) =>
    sendNotification(app, jobContext(app, job), { notificationId: job.payload.notification_id }),
  );
  await app.jobs.work<EscalateJob>(queues.escalate, { concurrency: 1 }, (job) => escalateIncident(app, jobContext(app, job), job.payload));
  const timer = setInterval(() => {
    resumeStalled(app).catch((error: unknown) => app.log.warn({ err: error }, "stalled notifications could not be read"));
  }, sendLimits.stalledEveryMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
