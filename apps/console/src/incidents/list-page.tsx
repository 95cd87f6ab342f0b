import type { Incident } from "@sre/contracts/control-plane";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { incidentsMax, incidentsQuery } from "../api/queries.ts";
import { useKeys } from "../app/keys.ts";
import { useLanguage } from "../app/language.ts";
import { Code } from "../ui/code.tsx";
import { Empty, Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { StormNotice } from "../storm/storm-notice.tsx";
import { holdRows } from "./held-rows.ts";
import { IncidentRows } from "./incident-rows.tsx";
import { ListFilters } from "./list-filters.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import "./list-page.css";

function EmptyList({ filtered }: { filtered: boolean }) {
  const { t } = useLanguage();
  if (filtered) {
    return (
      <Empty title={t("list.emptyFiltered")}>
        <Link to="/incidents" search={{}}>
          {t("list.emptyClear")}
        </Link>
      </Empty>
    );
  }
  return (
    <Empty sign="✓" title={t("list.emptyOpen")}>
      <p>{t("list.emptyText")}</p>
      <Code label="URL" text={`${window.location.origin}/api/v1/webhooks/alertmanager`} />
    </Empty>
  );
}

/** Every incident in one line each; what is on screen keeps its place while news is counted above. */
export function IncidentListPage() {
  const { t } = useLanguage();
  const search = useSearch({ from: "/shell/incidents" });
  const searchRef = useRef<HTMLInputElement>(null);
  const query = useQuery(incidentsQuery({ status: search.status ?? "open", severity: search.severity, search: search.q }));
  const [held, setHeld] = useState<{ key: string; incidents: readonly Incident[] } | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  useKeys({ "/": () => searchRef.current?.focus() });
  const key = JSON.stringify(search);
  const latest = query.data?.items;
  if (latest && held?.key !== key) setHeld({ key, incidents: latest });
  const { rows, arrived } = holdRows(held?.key === key ? held.incidents : (latest ?? []), latest ?? []);
  const filtered = Object.keys(search).length > 0;
  return (
    <div className="list">
      <div className="list-head">
        <h1 className="page-title">{t("list.title")}</h1>
        {latest ? <span className="quiet">{t("list.count", { count: latest.length })}</span> : null}
        {query.data?.next_cursor ? <span className="quiet small">{t("list.limited", { count: incidentsMax })}</span> : null}
        <StormNotice />
      </div>
      <ListFilters search={search} searchRef={searchRef} />
      {selected.size > 0 ? <SelectionBar count={selected.size} incidentIds={[...selected]} onClear={() => setSelected(new Set())} /> : null}
      <div role="status" className="arrived-place">
        {arrived > 0 && latest ? (
          <button type="button" className="arrived" onClick={() => setHeld({ key, incidents: latest })}>
            {t("list.arrived", { count: arrived })} · {t("list.showArrived")}
          </button>
        ) : null}
      </div>
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      <div className="panel list-panel">
        {query.isPending ? <Waiting label={t("common.loading", { what: t("list.title") })} lines={8} /> : null}
        {query.isSuccess && rows.length === 0 ? <EmptyList filtered={filtered} /> : null}
        {rows.length > 0 ? <IncidentRows rows={rows} selected={selected} onSelect={setSelected} /> : null}
      </div>
    </div>
  );
}
