import type { ClusterObject } from "@sre/contracts/evidence";
import { nameOf } from "../entities.ts";
import { textAt } from "../fields.ts";
import { quantity } from "../quantity.ts";
import type { Fields } from "../seen/estate.ts";

/* What keeps a claim from a volume: class, access modes, size, labels, and another claim that holds it (kubernetes.io: Persistent Volumes, Binding). */

export type Difference = "class" | "modes" | "capacity" | "selector" | "occupied";

export interface Misfit {
  readonly volume: ClusterObject;
  readonly differences: readonly Difference[];
}

const textsIn = (fields: Fields, key: string): string[] => {
  const value = fields[key];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
};

const fieldsAt = (fields: Fields, ...path: string[]): Fields => {
  let value: unknown = fields;
  for (const key of path) value = typeof value === "object" && value !== null ? (value as Fields)[key] : undefined;
  return typeof value === "object" && value !== null ? (value as Fields) : {};
};

export const modesOf = (spec: Fields): string[] => textsIn(spec, "accessModes");
export const sizeWanted = (spec: Fields): string => textAt(spec, "resources", "requests", "storage");
export const sizeOffered = (spec: Fields): string => textAt(spec, "capacity", "storage");
export const labelsWanted = (spec: Fields): Readonly<Record<string, unknown>> => fieldsAt(spec, "selector", "matchLabels");

function isOccupied(claim: { readonly namespace: string; readonly name: string }, volume: ClusterObject): boolean {
  const [name, namespace] = [textAt(volume.spec, "claimRef", "name"), textAt(volume.spec, "claimRef", "namespace")];
  if (name !== "") return name !== claim.name || (namespace !== "" && namespace !== claim.namespace);
  return ["Bound", "Released", "Failed"].includes(textAt(volume.status, "phase"));
}

/** What differs between what a claim asks for and what a volume is; nothing when they would be bound. */
function differencesOf(claim: { readonly spec: Fields; readonly namespace: string; readonly name: string }, volume: ClusterObject): Difference[] {
  const { spec } = claim;
  const [wanted, offered] = [quantity(sizeWanted(spec)), quantity(sizeOffered(volume.spec))];
  const tests: readonly (readonly [Difference, boolean])[] = [
    ["class", textAt(spec, "storageClassName") !== textAt(volume.spec, "storageClassName")],
    ["modes", !modesOf(spec).every((mode) => modesOf(volume.spec).includes(mode))],
    ["capacity", wanted !== null && offered !== null && offered < wanted],
    ["selector", !Object.entries(labelsWanted(spec)).every(([key, value]) => volume.labels[key] === value)],
    ["occupied", isOccupied(claim, volume)],
  ];
  return tests.flatMap(([difference, differs]) => (differs ? [difference] : []));
} // prettier-ignore

/**
 * The volume that comes nearest to a claim: the one it names, else the free one with the fewest differences, and one that is
 * held by another claim only where that is all that is wrong with it and no free one comes as near.
 */
export function nearestVolume(
  claim: { readonly spec: Fields; readonly namespace: string; readonly name: string },
  volumes: readonly ClusterObject[],
): Misfit | null {
  const named = textAt(claim.spec, "volumeName");
  const pool = named === "" ? volumes : volumes.filter(({ entity }) => nameOf(entity) === named);
  const all = pool.map((volume): Misfit => ({ volume, differences: differencesOf(claim, volume) }));
  const open = all.filter(({ differences }) => !differences.includes("occupied"));
  const count = ({ differences }: Misfit) => differences.length;
  // Where dynamic classes are about, a volume of another class is hardly meant for this claim.
  const order = (misfit: Misfit) => count(misfit) * 10 + Number(misfit.differences.includes("class")) + Number(misfit.differences.includes("occupied")) * 2;
  const sorted = (list: readonly Misfit[]) => [...list].sort((a, b) => order(a) - order(b));
  const [free, held] = [sorted(open)[0], sorted(all.filter((misfit) => misfit.differences.join() === "occupied"))[0]];
  if (free !== undefined && (held === undefined || count(free) <= 1)) return free;
  return held ?? free ?? null;
} // prettier-ignore
