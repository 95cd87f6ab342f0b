import type { Edge } from "@sre/contracts/evidence";

/** Most objects drawn; more cannot be read. */
export const nodesMax = 40;

export interface Placed {
  readonly id: string;
  readonly column: number;
  readonly row: number;
}

export interface Layout {
  readonly nodes: readonly Placed[];
  readonly edges: readonly Edge[];
  readonly columns: number;
  readonly rows: number;
  readonly hidden: number;
}

/** Objects reachable from a start along edges in either direction, nearest first. */
function nearest(edges: readonly Edge[], starts: readonly string[]): string[] {
  const found = new Set(starts);
  for (const id of found) {
    for (const edge of edges) {
      if (edge.from === id) found.add(edge.to);
      if (edge.to === id) found.add(edge.from);
    }
  }
  return [...found];
}

function neighbours(edges: readonly Edge[], id: string): string[] {
  return edges.flatMap((edge) => (edge.from === id ? [edge.to] : edge.to === id ? [edge.from] : []));
}

/** A shortest way between two objects along edges in either direction, ends included; empty when there is none. */
export function wayBetween(edges: readonly Edge[], from: string, to: string): string[] {
  const before = new Map<string, string | null>([[from, null]]);
  for (const [id] of before) {
    if (id === to) break;
    for (const next of neighbours(edges, id)) if (!before.has(next)) before.set(next, id);
  }
  if (!before.has(to)) return [];
  const way: string[] = [];
  for (let at: string | null = to; at !== null; at = before.get(at) ?? null) way.unshift(at);
  return way;
}

/** The column of each object: one more than the furthest of what points at it. Circles are cut after as many rounds as there are objects. */
function columnsOf(ids: readonly string[], edges: readonly Edge[]): Map<string, number> {
  const column = new Map(ids.map((id) => [id, 0]));
  const columnsMax = 8;
  for (let round = 0; round < ids.length; round += 1) {
    let moved = false;
    for (const { from, to } of edges) {
      const wanted = (column.get(from) ?? 0) + 1;
      if (from !== to && wanted > (column.get(to) ?? 0) && wanted < columnsMax) {
        column.set(to, wanted);
        moved = true;
      }
    }
    if (!moved) break;
  }
  return column;
}

/** The mean row of what an object is connected with in the columns already placed. */
function pull(id: string, edges: readonly Edge[], row: ReadonlyMap<string, number>): number {
  const rows = neighbours(edges, id).flatMap((other) => row.get(other) ?? []);
  return rows.length > 0 ? rows.reduce((sum, each) => sum + each, 0) / rows.length : Number.MAX_SAFE_INTEGER;
}

/** Layers from callers to what they depend on; within a layer, near to what each is connected with. Deterministic. */
export function layered(edges: readonly Edge[], starts: readonly string[]): Layout {
  const all = nearest(edges, starts);
  const ids = all.slice(0, nodesMax);
  const shown = new Set(ids);
  const kept = edges.filter((edge) => shown.has(edge.from) && shown.has(edge.to));
  const column = columnsOf(ids, kept);
  const columns = Math.max(0, ...column.values()) + 1;
  const row = new Map<string, number>();
  for (let at = 0; at < columns; at += 1) {
    const layer = ids.filter((id) => column.get(id) === at);
    const order = layer.map((id) => ({ id, pull: pull(id, kept, row) })).sort((a, b) => a.pull - b.pull || (a.id < b.id ? -1 : 1));
    for (const [place, { id }] of order.entries()) row.set(id, place);
  }
  const nodes = ids.map((id) => ({ id, column: column.get(id) ?? 0, row: row.get(id) ?? 0 }));
  return { nodes, edges: kept, columns, rows: Math.max(0, ...row.values()) + 1, hidden: all.length - ids.length };
}
