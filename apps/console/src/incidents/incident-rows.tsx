import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { useLanguage } from "../app/language.ts";
import { useRowKeys } from "../ui/use-row-keys.ts";
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
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: list.current?.offsetTop ?? 0,
    getItemKey: (index) => rows[index]?.incident.id ?? index,
  });
  const { active, setActive, select } = useRowKeys({
    ids: rows.map(({ incident }) => incident.id),
    selected,
    onSelect,
    list,
    scrollTo: (index) => virtual.scrollToIndex(index, { align: "auto" }),
  });
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
