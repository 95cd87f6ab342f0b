import { runWithTraceparent } from "@sre/service-kit";
import type { App } from "../app.ts";
import type { Settings } from "../config.ts";
import { jobContext } from "../job-context.ts";
import { followDiagnosis, followLimits } from "./follow-diagnosis.ts";
import { recheckIncident } from "./recheck-incident.ts";
import { queues, scheduleWishes, type DiagnosisJob, type RecheckJob, type WishesJob } from "./schedule-diagnoses.ts";

const shortJobSeconds = 60;

/** The queues of diagnoses, for opening the jobs. */
export function diagnosisQueues({ diagnosis }: Settings) {
  const timeoutSeconds = diagnosis.timeoutSeconds + followLimits.graceSeconds + shortJobSeconds;
  return [
    { name: queues.diagnosis, attemptsMax: diagnosis.retriesMax + 1, timeoutSeconds },
    { name: queues.wishes, attemptsMax: 20, timeoutSeconds: shortJobSeconds },
    { name: queues.recheck, attemptsMax: 20, timeoutSeconds: shortJobSeconds },
  ];
}

/** Starts working off the queues of diagnoses. */
export async function workOnDiagnoses(app: App): Promise<void> {
  const { inFlightMax, retriesMax } = app.settings.diagnosis;
  await app.jobs.work<DiagnosisJob>(queues.diagnosis, { concurrency: inFlightMax }, async (job) => {
    const follow = () =>
      followDiagnosis(app, jobContext(app, job), { diagnosisId: job.payload.diagnosis_id, lastAttempt: job.attempt > retriesMax });
    await (job.payload.traceparent === null ? follow() : runWithTraceparent(job.payload.traceparent, follow));
  });
  await app.jobs.work<WishesJob>(queues.wishes, { concurrency: 1 }, (job) => scheduleWishes(app, jobContext(app, job), job.payload.wishes));
  await app.jobs.work<RecheckJob>(queues.recheck, { concurrency: 1 }, (job) =>
    recheckIncident(app, jobContext(app, job), { incidentId: job.payload.incident_id }),
  );
}
