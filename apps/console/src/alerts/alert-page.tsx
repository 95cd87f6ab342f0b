import { Button, NativeSelect, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState, type Ref } from "react";
import { alertsQuery } from "../api/noise-queries.ts";
import { useKeys } from "../app/keys.ts";
import { useLanguage } from "../app/language.ts";
import { readAlertSearch, severities, type AlertSearch } from "../app/search.ts";
import { SavedViews } from "../app/saved-views-menu.tsx";
import { SelectionBar } from "../incidents/selection-bar.tsx";
import { Instant } from "../ui/instant.tsx";
import { Empty, Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { SearchBox } from "../ui/search-box.tsx";
import { StormNotice } from "../storm/storm-notice.tsx";
import { AlertRows } from "./alert-rows.tsx";
import "../incidents/list-page.css";
import "./alert-page.css";

function AlertFilters({ search, inputRef }: { search: AlertSearch; inputRef: Ref<HTMLInputElement> }) {
  const { t } = useLanguage();
  const navigate = useNavigate({ from: "/alerts" });
  const go = (change: Record<string, string | undefined>, replace = false) =>
    void navigate({ search: (before) => readAlertSearch({ ...before, ...change }), replace });
  const statuses = [{ value: "all", label: t("alerts.anyStatus") }, ...(["firing", "resolved"] as const).map((value) => ({ value, label: t(`alerts.${value}`) }))]; // prettier-ignore
  const held = [{ value: "", label: t("alerts.anyHeld") }, ...(["maintenance", "flapping"] as const).map((value) => ({ value, label: t(`alerts.${value}`) }))]; // prettier-ignore
  return (
    <div className="filters" role="search">
      <SegmentedControl
        aria-label={t("alerts.status")}
        value={search.status ?? "all"}
        onChange={(status) => go({ status })}
        data={statuses}
      />
      <NativeSelect
        aria-label={t("severity.label")}
        value={search.severity ?? ""}
        onChange={(event) => go({ severity: event.currentTarget.value })}
        data={[{ value: "", label: t("severity.any") }, ...severities.map((value) => ({ value, label: t(`severity.${value}`) }))]}
      />
      <NativeSelect
        aria-label={t("alerts.held")}
        value={search.held ?? ""}
        onChange={(event) => go({ held: event.currentTarget.value })}
        data={held}
      />
      <SearchBox
        inputRef={inputRef}
        label={t("alerts.search")}
        hint={t("alerts.searchHint")}
        value={search.q ?? ""}
        onSearch={(q) => go({ q }, true)}
      />
      <SavedViews
        storageKey="sre-saved-alert-views"
        read={readAlertSearch}
        search={search}
        onChoose={(chosen) => void navigate({ search: chosen })}
      />
    </div>
  );
}

/** Every alert in one line, newest first; renewed when somebody asks, so that nothing moves under the finger. */
export function AlertPage() {
  const { t } = useLanguage();
  const client = useQueryClient();
  const search = useSearch({ from: "/shell/alerts" });
  const input = useRef<HTMLInputElement>(null);
  const query = useInfiniteQuery(alertsQuery(search));
  const alerts = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const renew = () => void client.resetQueries({ queryKey: ["alerts"] });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const incidentIds = [
    ...new Set(alerts.flatMap(({ id, incident_id: incident }) => (incident !== null && selected.has(id) ? [incident] : []))),
  ];
  useKeys({ "/": () => input.current?.focus() });
  const filtered = Object.keys(search).length > 0;
  return (
    <div className="list">
      <div className="list-head">
        <h1 className="page-title">{t("alerts.title")}</h1>
        {query.isSuccess ? (
          <span className="quiet small">
            {t("alerts.loaded", { count: alerts.length })} · {t("alerts.asOf")} <Instant at={new Date(query.dataUpdatedAt).toISOString()} />
          </span>
        ) : null}
        <button type="button" className="plain-button" onClick={renew}>
          {t("alerts.renew")}
        </button>
        <StormNotice />
      </div>
      <AlertFilters search={search} inputRef={input} />
      {selected.size > 0 ? <SelectionBar count={selected.size} incidentIds={incidentIds} onClear={() => setSelected(new Set())} /> : null}
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      <div className="panel list-panel">
        {query.isPending ? <Waiting label={t("common.loading", { what: t("alerts.title") })} lines={8} /> : null}
        {query.isSuccess && alerts.length === 0 ? (
          <Empty title={t(filtered ? "alerts.emptyFiltered" : "alerts.empty")}>
            {filtered ? (
              <Link to="/alerts" search={{}}>
                {t("alerts.emptyClear")}
              </Link>
            ) : null}
          </Empty>
        ) : null}
        {alerts.length > 0 ? <AlertRows alerts={alerts} selected={selected} onSelect={setSelected} /> : null}
      </div>
      {query.hasNextPage ? (
        <Button variant="default" className="alert-more" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("alerts.more")}
        </Button>
      ) : null}
    </div>
  );
}
