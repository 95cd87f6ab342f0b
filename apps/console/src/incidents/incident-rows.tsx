import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useRef, useState } from "react";
import { useKeys } from "../app/keys.ts";
import { useLanguage } from "../app/language.ts";
import type { HeldRow } from "./held-rows.ts";
import { IncidentRow } from "./incident-row.tsx";

/** Height of a row before it is measured, in pixels. */
const rowHeight = 44;

interface Selection {
  readonly rows: readonly HeldRow[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
}

/** The rows near the screen, and the keys that move over all of them. */
export function IncidentRows({ rows, selected, onSelect }: Selection) {
  const { t } = useLanguage();
  const list = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(-1);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: list.current?.offsetTop ?? 0,
    getItemKey: (index) => rows[index]?.incident.id ?? index,
  });
  const select = (id: string, on: boolean) => {
    const next = new Set(selected);
    if (on) next.add(id);
    else next.delete(id);
    onSelect(next);
  };
  const move = (by: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, active + by));
    setActive(next);
    virtual.scrollToIndex(next, { align: "auto" });
    const id = rows[next]?.incident.id;
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-incident="${id}"]`)?.focus());
  };
  const current = rows[active]?.incident.id;
  useKeys({ j: () => move(1), k: () => move(-1), x: current ? () => select(current, !selected.has(current)) : undefined });
  return (
    <div ref={list} role="list" aria-label={t("list.title")} className="rows" style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map((item) => {
        const row = rows[item.index];
        if (!row) return null;
        const { id } = row.incident;
        return (
          <div
            key={item.key}
            role="listitem"
            aria-setsize={rows.length}
            aria-posinset={item.index + 1}
            data-index={item.index}
            ref={virtual.measureElement}
            className="rows-item"
            onFocus={() => setActive(item.index)}
            style={{ transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}
          >
            <IncidentRow
              incident={row.incident}
              state={{ active: item.index === active, selected: selected.has(id), gone: row.gone }}
              onSelect={(on) => select(id, on)}
            />
          </div>
        );
      })}
    </div>
  );
}
