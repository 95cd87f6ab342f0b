import type { ClusterEvent, ClusterObject, Finding } from "@sre/contracts/evidence";
import { kindOf } from "../entities.ts";
import { conditionOf, listAt, numberAt, textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import { brief } from "../messages/words.ts";
import { isAbsent, liveObject } from "../seen/estate.ts";
import type { Cited, Seen } from "../seen/seen.ts";
import { ms } from "../time.ts";

/*
 * Events stay for an hour whatever becomes of what they are about (kube-apiserver --event-ttl). One about an object that is
 * gone, or one that its object has outlived, tells of the past: it is told as such and shows no fault.
 */

/** A start is over by then, whatever it stumbled over. */
const startMs = 15 * 60_000;
/** A container that ran this long without another warning has settled. */
const settledMs = 5 * 60_000;
/** Clocks and rounding of events and status. */
const slackMs = 5_000;

export type Standing = "stands" | "outlived" | "gone";

const statuses = (pod: ClusterObject) => listAt(pod.status, "containerStatuses");

function isReady(pod: ClusterObject): boolean {
  const told = conditionOf(pod.status, "Ready");
  const all = statuses(pod);
  const runs = (status: unknown) => textAt(status, "state", "waiting", "reason") === "";
  return (
    all.length > 0 &&
    all.every((status) => status["ready"] === true && runs(status)) &&
    (told === null || textAt(told, "status") === "True")
  );
}

const momentOf = (text: string): number | null => (text === "" || !Number.isFinite(ms(text)) ? null : ms(text));

/** When the containers that run now began to run; null when nobody says. */
function runningSince(pod: ClusterObject): number | null {
  const starts = statuses(pod).flatMap((status) => momentOf(textAt(status, "state", "running", "startedAt")) ?? []);
  return starts.length === 0 ? null : Math.max(...starts);
}

/** A run is out of the loop when it lasts so many times as long as the one before it, and at least this long. */
const [longerTimes, runMsMin] = [3, 60_000] as const;

/** Whether a container that ended before has now run for much longer than it did then; null when its status does not tell. */
export function hasSettled(seen: Seen, status: unknown): boolean | null {
  if ((numberAt(status, "restartCount") ?? 0) === 0) return true;
  const [since, began, ended] = [
    momentOf(textAt(status, "state", "running", "startedAt")),
    momentOf(textAt(status, "lastState", "terminated", "startedAt")),
    momentOf(textAt(status, "lastState", "terminated", "finishedAt")),
  ];
  if (since === null || began === null || ended === null) return null;
  return ms(seen.scope.as_of) - since >= Math.max(runMsMin, longerTimes * (ended - began));
}

/** A pod that is ready has got over a warning of its start, and over any that has not come again since. */
function podOutlived(seen: Seen, pod: ClusterObject, event: ClusterEvent): boolean {
  if (!isReady(pod)) return false;
  const last = ms(event.last_at);
  const quiet = ms(seen.scope.as_of) - last >= settledMs;
  const restarts = Math.max(0, ...statuses(pod).map((status) => numberAt(status, "restartCount") ?? 0));
  if (restarts > 0) return statuses(pod).every((status) => hasSettled(seen, status) ?? quiet);
  const ready = momentOf(textAt(conditionOf(pod.status, "Ready"), "lastTransitionTime"));
  if (ready !== null && last > ready + slackMs) return false;
  const began = Math.max(momentOf(pod.created_at ?? "") ?? 0, runningSince(pod) ?? 0);
  return quiet || (began > 0 && last <= began + startMs);
}

const ofStart: ReadonlySet<string> = new Set(["Unhealthy", "ProbeError", "BackOff", "Failed", "FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "ErrImagePull", "InspectFailed", "FailedToRetrieveImagePullSecret"]); // prettier-ignore

function outlived(seen: Seen, object: ClusterObject, event: ClusterEvent): boolean {
  if (kindOf(object.entity) === "pod") {
    if (event.reason === "FailedScheduling") return textAt(object.spec, "nodeName") !== "";
    return ofStart.has(event.reason) && podOutlived(seen, object, event);
  }
  if (kindOf(object.entity) === "claim") return textAt(object.status, "phase") === "Bound";
  if (kindOf(object.entity) !== "replicaset" || event.reason !== "FailedCreate") return false;
  const [wanted, has] = [numberAt(object.spec, "replicas"), numberAt(object.status, "replicas")];
  return wanted !== null && has !== null && has >= wanted;
}

/** Whether what an event tells of may still be so. */
export function standingOf(seen: Seen, event: ClusterEvent): Standing {
  const kind = kindOf(event.entity);
  const object = liveObject(seen, event.entity);
  if (object === null) return (kind === "pod" || kind === "replicaset") && isAbsent(seen, event.entity) ? "gone" : "stands";
  // A pod of the same name that is younger than the event is another one.
  if (object.created_at !== null && ms(event.last_at) < ms(object.created_at) - startMs) return "gone";
  return outlived(seen, object, event) ? "outlived" : "stands";
}

const toldMax = 20;

/** Warnings that are over, the newest of each object: context, never a cause. */
export function detectOutlived(seen: Seen): Finding[] {
  const over = new Map<string, { event: Cited<ClusterEvent>; standing: Standing }>();
  for (const event of seen.events) {
    if (event.type !== "Warning") continue;
    const standing = standingOf(seen, event);
    const known = over.get(event.entity);
    if (standing === "stands" || (known !== undefined && ms(known.event.last_at) >= ms(event.last_at))) continue;
    over.set(event.entity, { event, standing });
  }
  return [...over.values()].slice(0, toldMax).map(({ event, standing }) =>
    finding({
      what: standing === "gone" ? "warning_of_gone" : "warning_outlived",
      entity: event.entity,
      strength: 0.05,
      evidence: [event.cite],
      values: { until: event.last_at, reason: event.reason, detail: brief(event.message, 120) },
    }),
  );
}
