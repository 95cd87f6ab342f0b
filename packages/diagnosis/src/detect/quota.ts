import type { Finding } from "@sre/contracts/evidence";
import { conditionOf, textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import type { FindingKind } from "../messages/findings.ts";
import { brief } from "../messages/words.ts";
import type { Seen } from "../seen/seen.ts";
import { began, byEntity, citesOf, eventsOf } from "./pods.ts";
import { familyOf } from "./quota-room.ts";

/*
 * Pods that admission refuses: FailedCreate events and the ReplicaFailure condition, in the API server's own words
 * ("exceeded quota: NAME, requested: …, used: …, limited: …", "serviceaccount NAME not found"). The newest refusal counts:
 * an account or a quota may have been put right since.
 */

/** The resource that the quota has no room for: what it limits, else what was asked for. */
function quotaKind(message: string): FindingKind {
  const said = /limited: (.*)/is.exec(message)?.[1] ?? /requested: (.*?), used:/is.exec(message)?.[1] ?? "";
  const resources = [...said.matchAll(/([\w./-]+)=/g)].map(([, name = ""]) => name);
  const family = resources.map(familyOf).find((each) => each !== null && each !== undefined);
  return family ? `quota_exceeded_${family}` : "quota_exceeded";
}

/** What a refusal says: a missing account, a full quota; null for any other. */
export function refusalKind(message: string): FindingKind | null {
  if (/error looking up service account|serviceaccounts? "?[^ "]{1,253}"? not found/i.test(message)) return "service_account_missing";
  return /exceeded quota|forbidden: (failed quota|maximum|minimum)/i.test(message) ? quotaKind(message) : null;
}

// Which pod of the many that were tried is no matter: what is cut off a long message must not be the amounts at its end.
const refusalIn = (message: string): string => message.replace(/^.{0,400}?\bis forbidden: /s, "");

/** Pods that a quota or a missing service account keeps from being made, from FailedCreate events and ReplicaFailure conditions. */
export function detectQuota(seen: Seen): Finding[] {
  const refused = eventsOf(seen, ["FailedCreate"]);
  const told = byEntity(refused).flatMap(({ entity, last }) => {
    const what = refusalKind(last.message);
    const same = refused.filter((event) => event.entity === entity && refusalKind(event.message) === what);
    const first = byEntity(same)[0]?.first ?? last;
    if (what === null) return [];
    return [
      finding({
        what,
        entity,
        ...began(seen, first),
        strength: 0.95,
        evidence: citesOf(same),
        values: { detail: brief(refusalIn(last.message)) },
        now: seen.now.has(first.cite.id),
      }),
    ];
  });
  const states = seen.objects.flatMap((object) => {
    const failure = conditionOf(object.status, "ReplicaFailure");
    const message = textAt(failure, "message");
    const what = textAt(failure, "status") === "True" ? refusalKind(message) : null;
    if (what === null) return [];
    const since = textAt(failure, "lastTransitionTime");
    return [
      finding({
        what,
        entity: object.entity,
        ...(since === "" ? {} : { from: since }),
        strength: 0.95,
        evidence: [object.cite],
        values: { detail: brief(refusalIn(message)) },
        now: seen.now.has(object.cite.id),
      }),
    ];
  });
  return [...told, ...states];
}
