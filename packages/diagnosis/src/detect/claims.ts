import { entityId, type ClusterObject, type EntityId, type Finding } from "@sre/contracts/evidence";
import { kindOf, nameOf, partsOf } from "../entities.ts";
import { listAt, numberAt, textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import type { FindingKind } from "../messages/findings.ts";
import { brief } from "../messages/words.ts";
import { isAbsent, liveObject, liveOfKind, specOf, templateOf, type SeenObject } from "../seen/estate.ts";
import type { Seen } from "../seen/seen.ts";
import { ms } from "../time.ts";
import { labelsWanted, modesOf, nearestVolume, sizeOffered, sizeWanted, type Difference, type Misfit } from "./claim-fit.ts";
import { eventsOf } from "./pods.ts";
import { fullQuota } from "./quota-room.ts";

/* Volume claims that a workload mounts and that are not bound, and what keeps them from being bound. */

interface Mounted {
  readonly workload: SeenObject;
  readonly claim: EntityId;
}

const mounting: ReadonlySet<string> = new Set(["deployment", "statefulset", "daemonset", "job", "replicaset"]);

/** The claims that the templates of live workloads name. */
function mountedClaims(seen: Seen): Mounted[] {
  const workloads = [...mounting].flatMap((kind) => (kind === "replicaset" ? [] : liveOfKind(seen, kind)));
  return workloads.flatMap((workload) => {
    if (numberAt(workload.spec, "replicas") === 0) return [];
    const { cluster, namespace } = partsOf(workload.entity);
    const names = listAt(templateOf(seen, workload.entity), "volumes").map((volume) => textAt(volume, "persistentVolumeClaim", "claimName"));
    return names.flatMap((name) =>
      name === "" ? [] : [{ workload, claim: entityId({ cluster, namespace, kind: "claim", name }) }],
    );
  });
} // prettier-ignore

const kinds: Readonly<Record<Difference, FindingKind>> = {
  class: "claim_storage_class_mismatch",
  modes: "claim_access_mode_mismatch",
  capacity: "claim_capacity_mismatch",
  selector: "claim_selector_mismatch",
  occupied: "volume_occupied",
};

const shownLabels = (labels: Readonly<Record<string, unknown>>) =>
  Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`).join(", ") || "none"; // prettier-ignore

function sides(seen: Seen, claim: EntityId, difference: Difference): (volume: ClusterObject) => { wanted: string; offered: string } {
  const spec = specOf(seen, claim);
  const none = (text: string) => (text === "" ? "none" : text);
  switch (difference) {
    case "class":
      return (volume) => ({ wanted: none(textAt(spec, "storageClassName")), offered: none(textAt(volume.spec, "storageClassName")) });
    case "modes":
      return (volume) => ({ wanted: modesOf(spec).join(", "), offered: modesOf(volume.spec).join(", ") });
    case "capacity":
      return (volume) => ({ wanted: sizeWanted(spec), offered: sizeOffered(volume.spec) });
    case "selector":
      return (volume) => ({ wanted: shownLabels(labelsWanted(spec)), offered: shownLabels(volume.labels) });
    case "occupied":
      return (volume) => ({ wanted: "", offered: none(textAt(volume.spec, "claimRef", "name")) });
  }
}

const eventsOfClaim = (seen: Seen, claim: EntityId) => seen.events.filter(({ entity }) => entity === claim);

function found(seen: Seen, { workload, claim }: Mounted, told: { what: FindingKind; strength: number; values: Record<string, string>; of?: SeenObject }): Finding {
  const cites = [liveObject(seen, claim)?.cite, told.of?.cite, ...eventsOfClaim(seen, claim).map(({ cite }) => cite)];
  const evidence = [...cites.filter((cite) => cite !== undefined).slice(0, 4), workload.cite];
  const values = { claim: nameOf(claim), ...told.values };
  const now = evidence.some(({ id }) => seen.now.has(id));
  return finding({ what: told.what, entity: workload.entity, strength: told.strength, evidence, values, now });
} // prettier-ignore

function misfitOf(seen: Seen, mounted: Mounted, { volume, differences }: Misfit): Finding[] {
  const [only, ...others] = differences;
  if (only === undefined) return [];
  const values = { volume: nameOf(volume.entity), ...sides(seen, mounted.claim, only)(volume) };
  const of = liveObject(seen, volume.entity) ?? undefined;
  return [found(seen, mounted, { what: kinds[only], strength: others.length === 0 ? 0.97 : 0.6, values, ...(of === undefined ? {} : { of }) })];
} // prettier-ignore

/** A class that does not exist provides no volume, whatever else fits. */
function missingClass(seen: Seen, { claim }: Mounted): string | null {
  const name = textAt(specOf(seen, claim), "storageClassName");
  if (name === "") return null;
  const unknown = eventsOfClaim(seen, claim).some(({ message }) => /storageclass\S* "?[^ ]{1,253}"? not found/i.test(message));
  const refused = liveObject(seen, claim)?.refs.some(({ path, exists }) => path === "spec.storageClassName" && exists === false) ?? false;
  const { cluster } = partsOf(claim);
  return unknown || refused || isAbsent(seen, entityId({ cluster, namespace: "", kind: "storageclass", name })) ? name : null;
}

const waitsForPod: ReadonlySet<string> = new Set(["WaitForFirstConsumer", "WaitForPodScheduled"]);

/** The scheduler looked for a volume for this workload's claim and found none. */
function noVolumeFound(seen: Seen, { workload }: Mounted): boolean {
  const component = seen.graph.component(workload.entity);
  return eventsOf(seen, ["FailedScheduling"]).some(
    ({ entity, message }) => /persistent volumes? to bind/i.test(message) && seen.graph.component(entity) === component,
  );
}

function pending(seen: Seen, mounted: Mounted, claim: SeenObject): Finding[] {
  const told = eventsOfClaim(seen, mounted.claim).toSorted((a, b) => ms(b.last_at) - ms(a.last_at))[0];
  // Such a claim waits for its pod to get a node, not the other way round.
  if (waitsForPod.has(told?.reason ?? "") && !noVolumeFound(seen, mounted)) return [];
  const detail = brief(told === undefined ? textAt(claim.status, "phase") : told.message);
  const unbound = found(seen, mounted, { what: "claim_unbound", strength: 0.9, values: { detail } });
  const { namespace, name } = partsOf(mounted.claim);
  const misfit = nearestVolume({ spec: specOf(seen, mounted.claim), namespace, name }, liveOfKind(seen, "volume"));
  const absent = missingClass(seen, mounted);
  // A volume of that very class may be bound without the class existing as an object.
  if (absent !== null && (misfit === null || misfit.differences.includes("class"))) {
    const values = { wanted: absent, volume: misfit === null ? "?" : nameOf(misfit.volume.entity), offered: misfit === null ? "?" : textAt(misfit.volume.spec, "storageClassName") || "none" };
    return [unbound, found(seen, mounted, { what: "claim_storage_class_mismatch", strength: 0.97, values })];
  }
  return [unbound, ...(misfit === null ? [] : misfitOf(seen, mounted, misfit))];
} // prettier-ignore

function missing(seen: Seen, mounted: Mounted): Finding {
  const requested = sizeWanted(specOf(seen, mounted.claim));
  const quota = fullQuota(seen, mounted.claim, { family: "storage", requested });
  if (quota === null) return found(seen, mounted, { what: "claim_missing", strength: 0.95, values: { detail: "not found" } });
  return found(seen, mounted, { what: "quota_exceeded_storage", strength: 0.97, values: { detail: quota.detail }, of: quota.object });
}

/** Claims of live workloads that are missing or pending, each with the reason where the objects tell it. */
export function detectClaims(seen: Seen): Finding[] {
  return mountedClaims(seen).flatMap((mounted) => {
    const claim = liveObject(seen, mounted.claim);
    if (claim === null) return isMissing(seen, mounted) ? [missing(seen, mounted)] : [];
    return ["Pending", "Lost"].includes(textAt(claim.status, "phase")) ? pending(seen, mounted, claim) : [];
  });
}

function isMissing(seen: Seen, { workload, claim }: Mounted): boolean {
  const refused = workload.refs.some(({ to, exists }) => to === claim && exists === false);
  return kindOf(claim) === "claim" && (refused || isAbsent(seen, claim));
}
