import { useState, type RefObject } from "react";
import { useKeys } from "../app/keys.ts";

interface Rows {
  readonly ids: readonly string[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
  readonly list: RefObject<HTMLElement | null>;
  readonly scrollTo: (index: number) => void;
}

/** The keys that move over all rows of a list, also those that are not drawn, and select: j, k and x. Rows carry `data-row` on what takes the focus. */
export function useRowKeys({ ids, selected, onSelect, list, scrollTo }: Rows) {
  const [active, setActive] = useState(-1);
  const select = (id: string, on: boolean) => {
    const next = new Set(selected);
    if (on) next.add(id);
    else next.delete(id);
    onSelect(next);
  };
  const move = (by: number) => {
    const next = Math.max(0, Math.min(ids.length - 1, active + by));
    setActive(next);
    scrollTo(next);
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-row="${ids[next]}"]`)?.focus());
  };
  const current = ids[active];
  useKeys({ j: () => move(1), k: () => move(-1), x: current ? () => select(current, !selected.has(current)) : undefined });
  return { active, setActive, select };
}
