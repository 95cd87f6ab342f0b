import type { Coverage } from "@sre/contracts/evidence";
import { SourceFailure, type Asking } from "../source.ts";
import { NoSuchApi, type Listed, type ListReader } from "./client.ts";
import type { Fields } from "./fields.ts";
import { known, type KubernetesKind } from "./kinds.ts";

/** Where lists are read: one namespace, or the whole cluster. */
export type Place = { readonly namespace: string } | { readonly wholeCluster: true };

export interface KindsRead {
  readonly items: ReadonlyMap<string, readonly Fields[]>;
  /** What the coverage of an answer made of these lists says. */
  readonly coverage: Pick<Coverage, "complete" | "missing_share" | "truncated_by" | "by_kind">;
}

function pathOf(kind: KubernetesKind, place: Place): string {
  if (!kind.namespaced || "wholeCluster" in place) return `${kind.api}/${kind.plural}`;
  return `${kind.api}/namespaces/${encodeURIComponent(place.namespace)}/${kind.plural}`;
}

type Outcome = { readonly kind: string } & ({ readonly listed: Listed } | { readonly failure: SourceFailure });

async function outcomeOf(reader: ListReader, kind: KubernetesKind, place: Place): Promise<Outcome> {
  try {
    return { kind: kind.kind, listed: await reader.list({ path: pathOf(kind, place) }) };
  } catch (error) {
    if (error instanceof SourceFailure) return { kind: kind.kind, failure: error };
    throw error;
  }
}

/**
 * Reads several kinds of one place at once. A kind that may not be read is `denied`, one that this cluster does not have is
 * simply not there; both leave the others alone. Throws the reason when not one kind could be read.
 */
export async function readKinds(reader: ListReader, asking: Asking, input: { kinds: readonly string[]; place: Place }): Promise<KindsRead> {
  const outcomes = await Promise.all(
    [...new Set(input.kinds.map((name) => known(name)))].map((kind) => outcomeOf(reader, kind, input.place)),
  );
  const items = new Map<string, readonly Fields[]>();
  const failures: SourceFailure[] = [];
  const byKind: Record<string, "answered" | "denied"> = {};
  let more = false;
  for (const outcome of outcomes) {
    if ("listed" in outcome) {
      items.set(outcome.kind, outcome.listed.items);
      asking.asked.push(...outcome.listed.asked);
      byKind[outcome.kind] = "answered";
      more ||= outcome.listed.more;
      continue;
    }
    failures.push(outcome.failure);
    if (outcome.failure.because === "denied") byKind[outcome.kind] = "denied";
  }
  const telling = failures.find((failure) => !(failure instanceof NoSuchApi) && failure.because !== "denied") ?? failures[0];
  if (items.size === 0 && telling) throw telling;
  const missing = failures.filter((failure) => !(failure instanceof NoSuchApi)).length;
  return {
    items,
    coverage: {
      complete: missing === 0 && !more,
      missing_share: outcomes.length === 0 ? 0 : missing / outcomes.length,
      ...(more ? { truncated_by: "rows" } : {}),
      by_kind: byKind,
    },
  };
}
