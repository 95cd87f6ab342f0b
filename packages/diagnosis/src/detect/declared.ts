import type { EntityId, Finding } from "@sre/contracts/evidence";
import { asKind } from "../entities.ts";
import { finding } from "../finding.ts";
import { declaredOfKind, isAbsent, liveOfKind, type SeenObject } from "../seen/estate.ts";
import type { Seen } from "../seen/seen.ts";
import { fullQuota } from "./quota-room.ts";

/*
 * What was declared and is not there. A Service or a claim that a quota refused leaves no event: only whoever applied it was told.
 * The declaration is another source's word than the cluster's.
 */

function missingService(seen: Seen, service: SeenObject): Finding {
  const quota = fullQuota(seen, service.entity, { family: "services", requested: "1" });
  if (quota === null) return finding({ what: "declared_missing", entity: service.entity, strength: 0.8, evidence: [service.cite] });
  const evidence = [service.cite, quota.object.cite];
  return finding({ what: "quota_exceeded_services", entity: service.entity, strength: 0.95, evidence, values: { detail: quota.detail } });
}

/** A Service that settings of others lead to and that does not exist, although a workload of its name does: it was meant to be. */
export function namedServices(seen: Seen): { service: EntityId; by: SeenObject }[] {
  const workloads = [...liveOfKind(seen, "deployment"), ...liveOfKind(seen, "statefulset")];
  const names = new Set(workloads.map(({ entity }) => asKind(entity, "service")));
  const found = workloads.flatMap((by) =>
    by.refs.flatMap(({ to, exists }) => (exists === false && names.has(to) && isAbsent(seen, to) ? [{ service: to, by }] : [])),
  );
  return [...new Map(found.map((each) => [each.service, each])).values()];
}

/** Services that are wanted and not there while a quota of services has no room: whoever applied them was refused. */
function refusedServices(seen: Seen): Finding[] {
  const declared = declaredOfKind(seen, "service").filter(({ entity }) => isAbsent(seen, entity));
  const known = new Set(declared.map(({ entity }) => entity));
  const named = namedServices(seen).filter(({ service }) => !known.has(service));
  return [
    ...declared.map((service) => missingService(seen, service)),
    ...named.flatMap(({ service, by }) => {
      const quota = fullQuota(seen, service, { family: "services", requested: "1" });
      if (quota === null) return [];
      const evidence = [by.cite, quota.object.cite];
      return [finding({ what: "quota_exceeded_services", entity: service, strength: 0.85, evidence, values: { detail: quota.detail } })];
    }),
  ];
}

/** Services and workloads that are declared, or named by others, and not there, with the quota that leaves no room for them. */
export function detectDeclaredMissing(seen: Seen): Finding[] {
  const workloads = ["deployment", "statefulset", "daemonset"].flatMap((kind) =>
    declaredOfKind(seen, kind)
      .filter(({ entity }) => isAbsent(seen, entity))
      .map(({ entity, cite }) => finding({ what: "declared_missing", entity, strength: 0.8, evidence: [cite] })),
  );
  return [...refusedServices(seen), ...workloads];
}
