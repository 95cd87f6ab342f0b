import type { EntityId } from "@sre/contracts/evidence";
import { namespaceOf } from "../entities.ts";
import { quantity } from "../quantity.ts";
import { liveOfKind, type SeenObject } from "../seen/estate.ts";
import type { Seen } from "../seen/seen.ts";

/* What a ResourceQuota counts (kubernetes.io: Resource Quotas), by the family of the resource. */

export type QuotaFamily = "cpu" | "memory" | "pods" | "services" | "storage";

const families: readonly (readonly [QuotaFamily, RegExp])[] = [
  ["storage", /(^|\/)requests\.storage$|(^|\/)persistentvolumeclaims$/i],
  ["cpu", /^((requests|limits)\.)?cpu$/i],
  ["memory", /^((requests|limits)\.)?memory$/i],
  ["pods", /^(count\/)?pods$/i],
  ["services", /^(count\/)?services(\.(nodeports|loadbalancers))?$/i],
];

/** The family of a resource as quotas name it; null for one that belongs to none. */
export const familyOf = (resource: string): QuotaFamily | null => families.find(([, names]) => names.test(resource))?.[0] ?? null;

export interface FullQuota {
  readonly object: SeenObject;
  readonly detail: string;
}

const amounts = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const written = (amount: unknown): string => (typeof amount === "string" || typeof amount === "number" ? `${amount}` : "0");

/** The quota of a thing's namespace that has no room for what is requested of a family; null when all have room. */
export function fullQuota(seen: Seen, of: EntityId, { family, requested }: { family: QuotaFamily; requested: string }): FullQuota | null {
  const place = namespaceOf(of);
  const quotas = liveOfKind(seen, "quota").filter(({ entity }) => namespaceOf(entity) === place);
  for (const object of quotas) {
    const [hard, used] = [amounts(object.status["hard"] ?? object.spec["hard"]), amounts(object.status["used"])];
    for (const [resource, limit] of Object.entries(hard)) {
      if (familyOf(resource) !== family) continue;
      const [most, has] = [quantity(limit), quantity(used[resource]) ?? 0];
      const wants = resource.endsWith("storage") ? (quantity(requested) ?? 0) : 1;
      if (most !== null && has + wants > most)
        return { object, detail: `${resource}: ${written(used[resource])} of ${written(limit)} used, ${wants === 1 ? "1" : requested} wanted` };
    }
  }
  return null;
} // prettier-ignore
