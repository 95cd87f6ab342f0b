import type { DiagnosisRun } from "@sre/contracts/control-plane";
import { severityRank, type EntityId } from "@sre/contracts/evidence";
import { currentTraceparent, type CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { publishEvents } from "../events/store.ts";
import { lockIncident } from "../incidents/store.ts";
import { appendTimeline } from "../incidents/timeline.ts";
import type { Tx } from "../migrations/tables.ts";
import { triggerWords } from "./diagnosis-words.ts";
import { countDiagnosesOf, insertDiagnosis, lockWaitingDiagnosis } from "./store.ts";

/** Names of the queues. */
export const queues = { diagnosis: "diagnosis", wishes: "diagnosis-wishes", recheck: "diagnosis-recheck" } as const;

/** An incident that is to be diagnosed, and why. */
export interface DiagnosisWish {
  readonly incidentId: string;
  readonly trigger: "new_incident" | "new_entity" | "higher_severity" | "recheck";
}

export interface DiagnosisJob {
  readonly team_id: string;
  readonly diagnosis_id: string;
  readonly traceparent: string | null;
}
export interface WishesJob {
  readonly team_id: string;
  readonly wishes: readonly DiagnosisWish[];
}
export interface RecheckJob {
  readonly team_id: string;
  readonly incident_id: string;
}

/** Who asks when nobody does. */
const automatic = "control-plane";

const scheduleLimits = { wishesInDeliveryMax: 2, wishesPerJobMax: 200 } as const;

type Call = { readonly app: App; readonly ctx: CallContext };

interface NewDiagnosis {
  readonly incidentId: string;
  readonly trigger: DiagnosisRun["trigger"];
  readonly deployment: EntityId | null;
  readonly startAfterSeconds: number;
}

/** Writes a diagnosis, its timeline entry, its event and the job that will run it; returns its id. */
export async function enqueueDiagnosis(tx: Tx, { app, ctx }: Call, input: NewDiagnosis): Promise<string> {
  const id = app.newId();
  const incident = await lockIncident(tx, ctx.teamId, input.incidentId);
  const { incidentId, trigger, deployment, startAfterSeconds } = input;
  const actor = trigger === "person" || trigger === "deployment" ? ctx.principal.name : automatic;
  await insertDiagnosis(tx, {
    team_id: ctx.teamId, id, incident_id: incidentId, session_id: null, trigger, kind: deployment === null ? "alerts" : "deployment", deployment,
    status: "queued", progress: 0, current_step: "queued", steps: "[]", requested_at: ctx.at, finished_at: null, requested_by: actor, attempts: 0,
    changed: null, verdict: null, confidence: null, headline: null, result: null, error: null,
  }); // prettier-ignore
  const words = triggerWords[trigger];
  const text = { en: `Diagnosis requested: ${words.en}`, "zh-TW": `已要求診斷：${words["zh-TW"]}` };
  await appendTimeline(tx, ctx.teamId, [
    { id: app.newId(), incidentId, at: ctx.at, kind: "diagnosis_requested", actor, text, refersTo: id },
  ]);
  await publishEvents(tx, ctx, [{ kind: "diagnosis.updated", incidentId, diagnosisId: id }]);
  const job: DiagnosisJob = { team_id: ctx.teamId, diagnosis_id: id, traceparent: currentTraceparent() || null };
  await app.jobs.enqueue(tx, queues.diagnosis, job, { key: id, startAfterSeconds, priority: severityRank(incident?.severity ?? "info") });
  return id;
}

async function scheduleOne(tx: Tx, call: Call, wish: DiagnosisWish): Promise<void> {
  const { app, ctx } = call;
  const { incidentId, trigger } = wish;
  const { debounceSeconds, recheckSeconds } = app.settings.diagnosis;
  // A diagnosis that has not read the alerts yet will see these too.
  if (await lockWaitingDiagnosis(tx, ctx.teamId, incidentId)) return;
  const once = trigger === "new_incident" || trigger === "recheck";
  if (once && (await countDiagnosesOf(tx, ctx.teamId, { incidentId, trigger })) > 0) return;
  await enqueueDiagnosis(tx, call, { incidentId, trigger, deployment: null, startAfterSeconds: once ? 0 : debounceSeconds });
  if (trigger !== "new_incident" || recheckSeconds === 0) return;
  const job: RecheckJob = { team_id: ctx.teamId, incident_id: incidentId };
  await app.jobs.enqueue(tx, queues.recheck, job, { key: incidentId, startAfterSeconds: recheckSeconds });
}

/**
 * Schedules diagnoses in the transaction of what made them necessary: a new incident at once, growth after a pause in
 * which further growth is gathered. Many wishes become jobs of their own, so that a storm of alerts is stored quickly.
 */
export async function scheduleDiagnoses(tx: Tx, call: Call, wishes: readonly DiagnosisWish[]): Promise<void> {
  if (wishes.length <= scheduleLimits.wishesInDeliveryMax) {
    for (const wish of wishes) await scheduleOne(tx, call, wish);
    return;
  }
  for (let from = 0; from < wishes.length; from += scheduleLimits.wishesPerJobMax) {
    const job: WishesJob = { team_id: call.ctx.teamId, wishes: wishes.slice(from, from + scheduleLimits.wishesPerJobMax) };
    await call.app.jobs.enqueue(tx, queues.wishes, job);
  }
}

/**
 * Works off the wishes of a storm, each in a transaction of its own, so that no delivery waits for the incidents of many;
 * running it again schedules nothing twice.
 */
export async function scheduleWishes(app: App, ctx: CallContext, wishes: readonly DiagnosisWish[]): Promise<void> {
  for (const wish of wishes) await transact(app, (tx) => scheduleOne(tx, { app, ctx }, wish));
}
