import type { Finding } from "@sre/contracts/evidence";
import { conditionOf, textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import { brief } from "../messages/words.ts";
import type { Seen } from "../seen/seen.ts";
import { began, byEntity, citesOf, eventsOf, livePods } from "./pods.ts";

/** Pods that no node can take, from the PodScheduled condition and FailedScheduling events. */
export function detectScheduling(seen: Seen): Finding[] {
  const states = livePods(seen).flatMap((pod) => {
    const scheduled = conditionOf(pod.status, "PodScheduled");
    if (textAt(scheduled, "status") !== "False" || textAt(scheduled, "reason") !== "Unschedulable") return [];
    const since = textAt(scheduled, "lastTransitionTime");
    const from = since === "" ? {} : { from: since };
    const values = { detail: brief(textAt(scheduled, "message")) };
    return [
      finding({
        what: "pod_unschedulable",
        entity: pod.entity,
        ...from,
        strength: 0.95,
        evidence: [pod.cite],
        values,
        now: seen.now.has(pod.cite.id),
      }),
    ];
  });
  const told = byEntity(eventsOf(seen, ["FailedScheduling"])).map(({ entity, events, first, last }) =>
    finding({
      what: "pod_unschedulable",
      entity,
      ...began(seen, first),
      strength: 0.85,
      evidence: citesOf(events),
      values: { detail: brief(last.message) },
      now: seen.now.has(first.cite.id),
    }),
  );
  return [...states, ...told];
}
