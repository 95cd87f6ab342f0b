import type { EvidenceData } from "@sre/contracts/evidence";
import { useLanguage } from "../app/language.ts";
import { shortName } from "../format/entity.ts";
import { Code } from "../ui/code.tsx";
import { Entity } from "../ui/entity.tsx";
import { Instant } from "../ui/instant.tsx";
import { Table } from "../ui/table.tsx";
import { citedFirst, rowsMax } from "./cited-first.ts";
import { CallsSamples, HandoverSamples, RuleSamples, SeriesSamples } from "./samples.tsx";
import { LogSamples } from "./log-samples.tsx";

interface Of<About extends EvidenceData["about"]> {
  readonly data: Extract<EvidenceData, { about: About }>;
  readonly part: string | null;
}

function Objects({ data, part }: Of<"objects">) {
  return (
    <>
      {citedFirst(data.objects, (object) => object.entity === part).slice(0, 8).map((object) => (
        <div key={`${object.entity} ${object.view}`}>
          <p>
            <Entity id={object.entity} /> <span className="quiet small">{object.api_kind}</span>
          </p>
          <Code label={shortName(object.entity)} text={JSON.stringify({ spec: object.spec, status: object.status, refs: object.refs }, null, 2)} />
        </div>
      ))}
    </>
  ); // prettier-ignore
}

function Events({ data, part }: Of<"events">) {
  const { t } = useLanguage();
  const rows = citedFirst(data.events, (event) => event.entity === part);
  const columns = [
    { title: t("kubernetes.reason"), cell: (row: (typeof rows)[number]) => `${row.type === "Warning" ? "▲ " : ""}${row.reason}` },
    { title: t("kubernetes.object"), cell: (row: (typeof rows)[number]) => <Entity id={row.entity} /> },
    { title: t("kubernetes.message"), wide: true, cell: (row: (typeof rows)[number]) => row.message },
    { title: t("kubernetes.count"), number: true, cell: (row: (typeof rows)[number]) => row.count },
    { title: t("kubernetes.lastSeen"), cell: (row: (typeof rows)[number]) => <Instant at={row.last_at} seconds /> },
  ];
  return <Table caption={t("kubernetes.events")} columns={columns} rows={rows} keyOf={(row, index) => `${index} ${row.reason}`} />;
}

function Changes({ data, part }: Of<"changes">) {
  const { t } = useLanguage();
  const rows = citedFirst(data.changes, (change) => change.id === part || change.entity === part);
  const columns = [
    { title: t("common.time"), cell: (row: (typeof rows)[number]) => <Instant at={row.started_at} seconds /> },
    { title: t("cause.change"), wide: true, cell: (row: (typeof rows)[number]) => row.title },
    { title: t("evidence.about"), cell: (row: (typeof rows)[number]) => <Entity id={row.entity} /> },
    {
      title: t("evidence.value"),
      cell: (row: (typeof rows)[number]) => <span className="mono">{[row.from, row.to].filter(Boolean).join(" → ")}</span>,
    },
  ];
  return <Table caption={t("timeline.change")} columns={columns} rows={rows} keyOf={(row) => row.id} />;
}

function Checks({ data }: Of<"checks">) {
  const { t } = useLanguage();
  const columns = [
    { title: t("topology.from"), cell: (row: (typeof data.checks)[number]) => (row.from ? <Entity id={row.from} /> : "–") },
    { title: t("topology.to"), cell: (row: (typeof data.checks)[number]) => <Entity id={row.to} /> },
    { title: t("asked.outcome"), cell: (row: (typeof data.checks)[number]) => `${row.outcome}${row.code ? ` ${row.code}` : ""}` },
    { title: t("kubernetes.message"), wide: true, cell: (row: (typeof data.checks)[number]) => row.detail },
  ];
  return (
    <Table caption={t("evidence.samples")} columns={columns} rows={data.checks.slice(0, rowsMax)} keyOf={(_, index) => String(index)} />
  );
}

function Alerts({ data }: Of<"alerts">) {
  const { t } = useLanguage();
  const columns = [
    { title: t("timeline.alert_fired"), cell: (row: (typeof data.alerts)[number]) => row.name },
    {
      title: t("evidence.about"),
      wide: true,
      cell: (row: (typeof data.alerts)[number]) => (row.entity ? <Entity id={row.entity} /> : "–"),
    },
    { title: t("kubernetes.state"), cell: (row: (typeof data.alerts)[number]) => row.state },
    { title: t("topology.from"), cell: (row: (typeof data.alerts)[number]) => <Instant at={row.from} seconds /> },
  ];
  return (
    <Table caption={t("evidence.samples")} columns={columns} rows={data.alerts.slice(0, rowsMax)} keyOf={(_, index) => String(index)} />
  );
}

function Topology({ data }: Of<"topology">) {
  const { t } = useLanguage();
  const columns = [
    { title: t("topology.from"), cell: (row: (typeof data.edges)[number]) => <Entity id={row.from} /> },
    { title: t("topology.kind"), cell: (row: (typeof data.edges)[number]) => t(`topology.${row.kind}`) },
    { title: t("topology.to"), cell: (row: (typeof data.edges)[number]) => <Entity id={row.to} /> },
    { title: t("topology.origin"), cell: (row: (typeof data.edges)[number]) => row.origin },
  ];
  return <Table caption={t("topology.edges")} columns={columns} rows={data.edges.slice(0, rowsMax)} keyOf={(_, index) => String(index)} />;
}

/** How many rows an answer holds. */
function rowCount(data: EvidenceData): number {
  switch (data.about) {
    case "series":
    case "calls":
    case "rule":
      return data.rows.length;
    case "alerts":
      return data.alerts.length;
    case "logs":
      return data.patterns.length + (data.handovers?.length ?? 0);
    case "objects":
      return data.objects.length;
    case "events":
      return data.events.length;
    case "changes":
      return data.changes.length;
    case "checks":
      return data.checks.length;
    case "topology":
      return data.edges.length;
  }
}

function View({ data, part }: { data: EvidenceData; part: string | null }) {
  switch (data.about) {
    case "series":
      return <SeriesSamples data={data} part={part} />;
    case "rule":
      return <RuleSamples data={data} />;
    case "calls":
      return <CallsSamples data={data} part={part} />;
    case "logs":
      return data.handovers ? <HandoverSamples data={data} part={part} /> : <LogSamples data={data} part={part} />;
    case "objects":
      return <Objects data={data} part={part} />;
    case "events":
      return <Events data={data} part={part} />;
    case "changes":
      return <Changes data={data} part={part} />;
    case "checks":
      return <Checks data={data} part={part} />;
    case "alerts":
      return <Alerts data={data} part={part} />;
    case "topology":
      return <Topology data={data} part={part} />;
  }
}

/** What was answered, in the form its kind has; an empty answer is said to be one. */
export function EvidenceDataView({ data, part }: { data: EvidenceData; part: string | null }) {
  const { t } = useLanguage();
  if (rowCount(data) === 0 && !(data.about === "rule" && data.expression)) return <p className="quiet">{t("evidence.empty")}</p>;
  return <View data={data} part={part} />;
}
