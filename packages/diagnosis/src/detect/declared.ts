import type { Finding } from "@sre/contracts/evidence";
import { finding } from "../finding.ts";
import { declaredOfKind, isAbsent, type SeenObject } from "../seen/estate.ts";
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

/** Services that are declared and not there, with the quota that leaves no room for them. */
export function detectDeclaredMissing(seen: Seen): Finding[] {
  const kinds = ["service", "deployment", "statefulset", "daemonset"];
  return kinds.flatMap((kind) =>
    declaredOfKind(seen, kind)
      .filter(({ entity }) => isAbsent(seen, entity))
      .map((object) =>
        kind === "service"
          ? missingService(seen, object)
          : finding({ what: "declared_missing", entity: object.entity, strength: 0.8, evidence: [object.cite] }),
      ),
  );
}
