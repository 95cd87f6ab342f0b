import { decodeCursor, encodeCursor } from "@sre/storage";
import { RuleBroken } from "@sre/service-kit";
import { sql, type RawBuilder } from "kysely";

/** Where a page ends: its rows are ordered by an instant and an id, newest first. */
export interface Keyset {
  readonly at: Date;
  readonly id: string;
}

/** The condition "older than this place"; both columns are those of the order. */
export function afterKeyset(atColumn: string, idColumn: string, { at, id }: Keyset): RawBuilder<boolean> {
  return sql<boolean>`(${sql.ref(atColumn)}, ${sql.ref(idColumn)}) < (${at}, ${id})`;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The place that a cursor names, null for the first page. Throws RuleBroken("invalid_request") for a cursor that is not ours. */
export function keysetOf(cursor: string | undefined, idForm: RegExp = uuid): Keyset | null {
  const place = decodeCursor(cursor);
  if (place === null) return null;
  const at = new Date(place.key);
  const ours = /^\d{4}-/.test(place.key) && !Number.isNaN(at.getTime()) && at.toISOString() === place.key && idForm.test(place.id);
  if (!ours) throw new RuleBroken("invalid_request", "The cursor is not one that this list gave out.", { field: "cursor" });
  return { at, id: place.id };
}

interface PageInput<Row, Item> {
  readonly rows: readonly Row[];
  readonly limit: number;
  readonly keyset: (row: Row) => Keyset;
  readonly item: (row: Row) => Item;
}

/** A page of at most `limit` items from rows that were read with `limit + 1`. */
export function pageOfRows<Row, Item>({ rows, limit, keyset, item }: PageInput<Row, Item>): { items: Item[]; next_cursor: string | null } {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  if (rows.length <= limit || last === undefined) return { items: kept.map(item), next_cursor: null };
  const { at, id } = keyset(last);
  return { items: kept.map(item), next_cursor: encodeCursor({ key: at.toISOString(), id }) };
}
