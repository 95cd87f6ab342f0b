import type { Finding } from "@sre/contracts/evidence";
import { conditionOf, textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import { brief } from "../messages/words.ts";
import type { Seen } from "../seen/seen.ts";
import { began, byEntity, citesOf, eventsOf } from "./pods.ts";

const refused = (message: string) => /exceeded quota|forbidden: (failed quota|maximum|minimum)/i.test(message);

/** Pods that a quota refuses, from FailedCreate events and the ReplicaFailure condition. */
export function detectQuota(seen: Seen): Finding[] {
  const told = byEntity(eventsOf(seen, ["FailedCreate"]).filter(({ message }) => refused(message))).map(({ entity, events, first, last }) =>
    finding({
      what: "quota_exceeded",
      entity,
      ...began(seen, first),
      strength: 0.95,
      evidence: citesOf(events),
      values: { detail: brief(last.message) },
      now: seen.now.has(first.cite.id),
    }),
  );
  const states = seen.objects.flatMap((object) => {
    const failure = conditionOf(object.status, "ReplicaFailure");
    const message = textAt(failure, "message");
    if (textAt(failure, "status") !== "True" || !refused(message)) return [];
    const since = textAt(failure, "lastTransitionTime");
    const from = since === "" ? {} : { from: since };
    return [
      finding({
        what: "quota_exceeded",
        entity: object.entity,
        ...from,
        strength: 0.95,
        evidence: [object.cite],
        values: { detail: brief(message) },
        now: seen.now.has(object.cite.id),
      }),
    ];
  });
  return [...told, ...states];
}
