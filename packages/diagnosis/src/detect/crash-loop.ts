import type { Finding } from "@sre/contracts/evidence";
import { finding } from "../finding.ts";
import type { Seen } from "../seen/seen.ts";
import { began, byEntity, citesOf, containers, endedFrom, eventsOf, inWindow, type ContainerState } from "./pods.ts";

/* A container that keeps ending: waiting in CrashLoopBackOff, or terminated with a code other than zero in the window. */

function crashed(seen: Seen, state: ContainerState): Finding[] {
  const { pod, ended } = state;
  const now = seen.now.has(pod.cite.id);
  const from = endedFrom(seen, state);
  const values = { container: state.name, count: state.restarts, code: ended?.code ?? "?" };
  const common = { entity: pod.entity, ...from, evidence: [pod.cite], values, now };
  if (state.waiting === "CrashLoopBackOff") return [finding({ ...common, what: "crash_looping", strength: 0.95 })];
  const failed =
    ended !== null &&
    ended.code !== null &&
    ended.code !== 0 &&
    ended.reason !== "OOMKilled" &&
    ended.at !== null &&
    inWindow(seen, ended.at);
  return failed ? [finding({ ...common, what: "container_exited", strength: state.settled ? 0.2 : 0.6 })] : [];
}

/** Containers that crash again and again, from pod states and back-off events. */
export function detectCrashLoop(seen: Seen): Finding[] {
  const backOff = eventsOf(seen, ["BackOff"]).filter(({ message }) => /restarting failed container/i.test(message));
  const told = byEntity(backOff).map(({ entity, events, count, first }) =>
    finding({
      what: "crash_looping",
      entity,
      ...began(seen, first),
      strength: 0.8,
      evidence: citesOf(events),
      values: { container: "?", count, code: "?" },
      now: seen.now.has(first.cite.id),
    }),
  );
  return [...containers(seen).flatMap((state) => crashed(seen, state)), ...told];
}
