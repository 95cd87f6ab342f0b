import type { ToolStatus } from "@sre/contracts/assistant";
import { useQuery } from "@tanstack/react-query";
import { sourcesQuery } from "../api/queries.ts";
import { useLanguage } from "../app/language.ts";
import { threeDigits } from "../format/number.ts";
import { tookInWords } from "../format/time.ts";
import { Badge, type Tone } from "../ui/badge.tsx";
import { useAge } from "../ui/instant.tsx";
import { Empty, Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { Table, type Column } from "../ui/table.tsx";
import "./source-page.css";

const states: Record<ToolStatus["state"], readonly [Tone, string]> = {
  ok: ["green", "●"],
  degraded: ["amber", "▲"],
  down: ["red", "✖"],
  not_configured: ["plain", "○"],
  unknown: ["plain", "?"],
};

function State({ tool }: { tool: ToolStatus }) {
  const { t } = useLanguage();
  const [tone, sign] = states[tool.state];
  return (
    <>
      <Badge tone={tone} sign={sign}>
        {t(`sources.${tool.state}`)}
      </Badge>
      {tool.breaker !== "closed" ? (
        <p className="small">{t(tool.breaker === "open" ? "sources.breakerOpen" : "sources.breakerHalf")}</p>
      ) : null}
      {tool.last_detail && tool.state !== "ok" ? <p className="small quiet source-detail">{tool.last_detail}</p> : null}
    </>
  );
}

function useColumns(): Column<ToolStatus>[] {
  const { t } = useLanguage();
  const age = useAge();
  return [
    { title: t("sources.name"), cell: (tool) => <strong>{tool.name}</strong> },
    { title: t("sources.kind"), cell: (tool) => t(`sources.kinds.${tool.kind}`) },
    { title: t("sources.cluster"), cell: (tool) => tool.cluster ?? "–" },
    { title: t("sources.state"), cell: (tool) => <State tool={tool} /> },
    {
      title: t("sources.lastAnswer"),
      cell: (tool) => (tool.last_answer_at ? t("common.ago", { duration: age(tool.last_answer_at) }) : t("sources.never")),
    },
    {
      title: t("sources.success"),
      number: true,
      cell: (tool) => (tool.success_rate_24h === null ? "–" : `${threeDigits(tool.success_rate_24h * 100)} %`),
    },
    { title: t("sources.p95"), number: true, cell: (tool) => (tool.p95_ms_24h === null ? "–" : tookInWords(tool.p95_ms_24h)) },
    { title: t("sources.calls"), number: true, cell: (tool) => tool.calls_24h.toLocaleString("en-US") },
    {
      title: t("sources.inFlight"),
      number: true,
      cell: (tool) => (tool.in_flight_max > 0 ? `${tool.in_flight} / ${tool.in_flight_max}` : "–"),
    },
  ];
}

/** Whether each source answers: what the assistant knows decides what it can find. */
export function SourcePage() {
  const { t } = useLanguage();
  const sources = useQuery(sourcesQuery());
  const columns = useColumns();
  const tools = sources.data?.tools ?? [];
  return (
    <div className="sources">
      <h1 className="page-title">{t("sources.title")}</h1>
      <p className="quiet">{t("sources.text")}</p>
      {sources.isError ? <ProblemNote error={sources.error} onRetry={() => void sources.refetch()} /> : null}
      <div className="panel">
        {sources.isPending ? <Waiting label={t("common.loading", { what: t("sources.title") })} lines={5} /> : null}
        {sources.isSuccess && tools.length === 0 ? <Empty title={t("sources.none")}>{t("sources.noneText")}</Empty> : null}
        {tools.length > 0 ? (
          <Table caption={t("sources.title")} columns={columns} rows={tools} keyOf={(tool) => `${tool.name} ${tool.cluster}`} />
        ) : null}
      </div>
    </div>
  );
}
