import type { Alert } from "@sre/contracts/control-plane";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { useLanguage } from "../app/language.ts";
import { useRowKeys } from "../ui/use-row-keys.ts";
import { AlertRow } from "./alert-row.tsx";

/** Height of a row before it is measured, in pixels. */
const rowHeight = 52;

interface Selection {
  readonly alerts: readonly Alert[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
}

/** The alerts near the screen, of however many are loaded. */
export function AlertRows({ alerts, selected, onSelect }: Selection) {
  const { t } = useLanguage();
  const list = useRef<HTMLDivElement>(null);
  const virtual = useWindowVirtualizer({
    count: alerts.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: list.current?.offsetTop ?? 0,
    getItemKey: (index) => alerts[index]?.id ?? index,
  });
  const { active, setActive, select } = useRowKeys({
    ids: alerts.map(({ id }) => id),
    selected,
    onSelect,
    list,
    scrollTo: (index) => virtual.scrollToIndex(index, { align: "auto" }),
  });
  return (
    <div ref={list} role="list" aria-label={t("alerts.title")} className="rows" style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map((item) => {
        const alert = alerts[item.index];
        return alert ? (
          <div
            key={item.key}
            role="listitem"
            aria-setsize={alerts.length}
            aria-posinset={item.index + 1}
            data-index={item.index}
            ref={virtual.measureElement}
            className="rows-item"
            onFocus={() => setActive(item.index)}
            style={{ transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}
          >
            <AlertRow
              alert={alert}
              state={{ active: item.index === active, selected: selected.has(alert.id) }}
              onSelect={(on) => select(alert.id, on)}
            />
          </div>
        ) : null;
      })}
    </div>
  );
}
