import { queues, type App, type SessionJob } from "../app.ts";
import { priorityOf } from "../sources/priority.ts";
import { deleteOldSourceCalls } from "../tools/store.ts";
import { deleteOldEvidence } from "./evidence-store.ts";
import { deleteOldSessions, findOpenSessionsOfAllTeams } from "./store.ts";

const dayMs = 86_400_000;
/** Bounds of one run. Rows. */
const housekeepingLimits = { evidencePerRun: 100, sessionsPerRun: 500, strandedPerRun: 100 } as const;
/** A session this old and unfinished gets a job again, in case it lost its own; a job that is still there stays the only one. Milliseconds. */
const strandedAfterMs = 60_000;
const keepCallsMs = 25 * 3_600_000;
const housekeepingEveryMs = 60_000;

async function requeueStranded(app: App, at: Date): Promise<void> {
  const before = new Date(at.getTime() - strandedAfterMs);
  const rows = await findOpenSessionsOfAllTeams(app.database.kysely, { before, limit: housekeepingLimits.strandedPerRun });
  for (const row of rows) {
    const job: SessionJob = { teamId: row.team_id, sessionId: row.id };
    await app.jobs.enqueue(null, queues.sessions, job, { key: row.id, priority: -priorityOf(row.severity) });
  }
}

/** Deletes what is past its retention, and gives unfinished sessions without a job a new one. */
export async function keepHouse(app: App): Promise<void> {
  const at = app.clock.now();
  const { evidenceRetentionDays, sessionRetentionDays } = app.settings;
  const before = (days: number) => new Date(at.getTime() - days * dayMs);
  await requeueStranded(app, at);
  const evidence = await app.database.transaction((tx) =>
    deleteOldEvidence(tx, { finishedBefore: before(evidenceRetentionDays), limit: housekeepingLimits.evidencePerRun }),
  );
  const sessions = await deleteOldSessions(app.database.kysely, {
    finishedBefore: before(sessionRetentionDays),
    limit: housekeepingLimits.sessionsPerRun,
  });
  await deleteOldSourceCalls(app.database.kysely, new Date(at.getTime() - keepCallsMs));
  if (evidence + sessions > 0) app.log.info({ evidence, sessions }, "what was past its retention is deleted");
}

/** Asks for housekeeping now and then; however many replicas ask, one job at a time runs. */
export function startHousekeeping(app: App): Disposable {
  const ask = () => {
    app.jobs
      .enqueue(null, queues.housekeeping, {}, { key: queues.housekeeping })
      .catch((error: unknown) => app.log.debug({ err: error }, "housekeeping was not asked for"));
  };
  const timer = setInterval(ask, housekeepingEveryMs).unref();
  ask();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
