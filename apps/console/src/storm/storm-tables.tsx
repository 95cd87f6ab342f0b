import type { AlertStorm } from "@sre/contracts/control-plane";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import { useLanguage } from "../app/language.ts";
import { SeverityBadge, StatusBadge } from "../incidents/severity.tsx";
import { Empty, Panel } from "../ui/panel.tsx";
import { Table, type Column } from "../ui/table.tsx";
import { useRowKeys } from "../ui/use-row-keys.ts";
import { useKeptOrder } from "./use-kept-order.ts";

type Taken = AlertStorm["incidents"][number];
type Share = AlertStorm["services"][number];

const none: ReadonlySet<string> = new Set();

/** The incidents that took most of the alerts: j and k move through them. */
export function TakenTable({ incidents, stretch }: { incidents: readonly Taken[]; stretch: string }) {
  const { t } = useLanguage();
  const list = useRef<HTMLDivElement>(null);
  const { rows, sorted, sort } = useKeptOrder(incidents, ({ id }) => id, stretch);
  useRowKeys({ ids: rows.map(({ id }) => id), selected: none, onSelect: () => {}, list, scrollTo: () => {} });
  const columns: Column<Taken>[] = [
    { title: t("storm.severity"), cell: ({ severity }) => <SeverityBadge severity={severity} /> },
    {
      title: t("storm.incident"),
      wide: true,
      cell: ({ id, number, title }) => (
        <Link to="/incidents/$incidentId" params={{ incidentId: id }} data-row={id}>
          #{number} {title}
        </Link>
      ),
    },
    { title: t("storm.service"), cell: ({ service }) => service ?? "–" },
    { title: t("storm.status"), cell: ({ status }) => <StatusBadge status={status} /> },
    { title: t("storm.count"), number: true, cell: ({ alerts }) => alerts },
  ];
  const again = (
    <button type="button" className="plain-button" onClick={sort}>
      {t("storm.sort")}
    </button>
  );
  return (
    <Panel title={t("storm.took")} aside={sorted ? null : again}>
      <div ref={list}>
        {rows.length > 0 ? (
          <Table caption={t("storm.took")} columns={columns} rows={rows} keyOf={({ id }) => id} />
        ) : (
          <Empty title={t("storm.tookNone")}>{t("storm.tookNoneText")}</Empty>
        )}
      </div>
    </Panel>
  );
}

function ShareTable({ title, shares, stretch, linked }: { title: string; shares: readonly Share[]; stretch: string; linked: boolean }) {
  const { t } = useLanguage();
  const { rows } = useKeptOrder(shares, ({ value }) => value, stretch);
  const columns: Column<Share>[] = [
    {
      title,
      wide: true,
      cell: ({ value }) =>
        linked ? (
          <Link to="/alerts" search={{ q: value }}>
            {value}
          </Link>
        ) : (
          value
        ),
    },
    { title: t("storm.count"), number: true, cell: ({ alerts }) => alerts },
  ];
  return (
    <Panel title={title}>
      {rows.length > 0 ? (
        <Table caption={title} columns={columns} rows={rows} keyOf={({ value }) => value} />
      ) : (
        <p className="quiet">{t("storm.none")}</p>
      )}
    </Panel>
  );
}

/** What the alerts are about and who sent them, the largest parts first. */
export function ShareTables({ storm, stretch }: { storm: AlertStorm; stretch: string }) {
  const { t } = useLanguage();
  return (
    <div className="storm-shares">
      <ShareTable title={t("storm.services")} shares={storm.services} stretch={stretch} linked />
      <ShareTable title={t("storm.names")} shares={storm.names} stretch={stretch} linked />
      <ShareTable title={t("storm.namespaces")} shares={storm.namespaces} stretch={stretch} linked={false} />
      <ShareTable title={t("storm.senders")} shares={storm.senders} stretch={stretch} linked={false} />
    </div>
  );
}
