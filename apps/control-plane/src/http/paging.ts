import { cursorOf, type Keyset } from "@sre/storage";
import { sql, type RawBuilder } from "kysely";

/** The condition "older than this place"; both columns are those of the order. */
export function afterKeyset(atColumn: string, idColumn: string, { at, id }: Keyset): RawBuilder<boolean> {
  return sql<boolean>`(${sql.ref(atColumn)}, ${sql.ref(idColumn)}) < (${at}, ${id})`;
}

/** The pattern of `ilike` for what is found anywhere. */
export const likePattern = (search: string): string => `%${search.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;

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
  return { items: kept.map(item), next_cursor: cursorOf(keyset(last)) };
}
