import type { Finding } from "@sre/contracts/evidence";
import { finding } from "../finding.ts";
import type { Seen } from "../seen/seen.ts";
import { began, byEntity, citesOf, containers, endedFrom, eventsOf, inWindow, type ContainerState } from "./pods.ts";

/* A container that the kernel killed at its memory limit: terminated with reason OOMKilled, or an event that says so. */

function killed(seen: Seen, state: ContainerState): Finding[] {
  const { ended, pod } = state;
  if (ended?.reason !== "OOMKilled" || (!inWindow(seen, ended.at) && state.waiting !== "CrashLoopBackOff")) return [];
  const from = endedFrom(seen, state);
  const values = { container: state.name, count: state.restarts };
  return [
    finding({
      what: "oom_killed",
      entity: pod.entity,
      ...from,
      strength: 0.98,
      evidence: [pod.cite],
      values,
      now: seen.now.has(pod.cite.id),
    }),
  ];
}

/** Containers killed for lack of memory, from pod states and events. */
export function detectOutOfMemory(seen: Seen): Finding[] {
  const states = containers(seen).flatMap((state) => killed(seen, state));
  const told = byEntity(eventsOf(seen, ["OOMKilling", "OOMKilled"])).map(({ entity, events, count, first }) =>
    finding({
      what: "oom_killed",
      entity,
      ...began(seen, first),
      strength: 0.9,
      evidence: citesOf(events),
      values: { container: "?", count },
      now: seen.now.has(first.cite.id),
    }),
  );
  return [...states, ...told];
}
