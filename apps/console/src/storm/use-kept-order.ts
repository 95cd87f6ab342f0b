import { useState } from "react";
import { keepOrder } from "./storm-model.ts";

/** Items in the order in which they were first shown, and how they are sorted again; another `key` begins anew. */
export function useKeptOrder<Item>(items: readonly Item[], idOf: (item: Item) => string, key: string) {
  const [shown, setShown] = useState<{ readonly key: string; readonly ids: readonly string[] }>({ key, ids: [] });
  const rows = keepOrder(shown.key === key ? shown.ids : [], items, idOf);
  const ids = rows.map(idOf);
  if (shown.key !== key || shown.ids.join("\n") !== ids.join("\n")) setShown({ key, ids });
  return { rows, sorted: rows.every((row, place) => row === items[place]), sort: () => setShown({ key, ids: items.map(idOf) }) };
}
