import { Button } from "@mantine/core";
import type { AuditLog } from "@sre/contracts/control-plane";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { auditLogsQuery, exportUrl } from "../api/audit-queries.ts";
import { useLanguage } from "../app/language.ts";
import { Badge } from "../ui/badge.tsx";
import { Code } from "../ui/code.tsx";
import { Instant } from "../ui/instant.tsx";
import { Empty, Fold, Panel, Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { Table, type Column } from "../ui/table.tsx";
import { AuditFilters } from "./audit-filters.tsx";
import { Verification } from "./verification.tsx";
import "../incidents/list-page.css";
import "./audit-page.css";

function useColumns(): Column<AuditLog>[] {
  const { t } = useLanguage();
  return [
    { title: t("audit.when"), cell: (row) => <Instant at={row.at} seconds /> },
    {
      title: t("audit.actor"),
      cell: (row) => (
        <>
          {row.actor} <span className="quiet small">{t(`audit.kinds.${row.actor_kind}`)}</span>
          {row.actor_subject && row.actor_subject !== row.actor ? <div className="quiet small">{row.actor_subject}</div> : null}
        </>
      ),
    },
    {
      title: t("audit.action"),
      cell: (row) => (
        <>
          <code>{row.action}</code> {row.outcome === "refused" ? <Badge tone="amber" sign="⊘">{t("audit.refused")}</Badge> : null}
        </>
      ),
    },
    {
      title: t("audit.object"),
      wide: true,
      cell: (row) => (
        <>
          <span className="quiet small">{row.subject_kind}</span> {row.subject}
          {row.service ? <div className="quiet small">{row.service}</div> : null}
        </>
      ),
    },
    {
      title: t("audit.detail"),
      cell: (row) => (
        <Fold title={row.position === null ? t("audit.notSealed") : t("audit.row", { position: row.position })}>
          <Code label={t("audit.detail")} text={JSON.stringify({ ...row.detail, trace_id: row.trace_id, content_hash: row.content_hash, seal: row.seal }, null, 2)} />
        </Fold>
      ),
    },
  ]; // prettier-ignore
}

function Rows() {
  const { t } = useLanguage();
  const search = useSearch({ from: "/shell/audit" });
  const query = useInfiniteQuery(auditLogsQuery(search));
  const columns = useColumns();
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const downloads = (
    <span className="audit-downloads">
      <a href={exportUrl("exportAuditLogsAsCsv", search)} download>
        {t("audit.csv")}
      </a>
      <a href={exportUrl("exportAuditLogsAsJson", search)} download>
        {t("audit.jsonl")}
      </a>
    </span>
  );
  return (
    <Panel title={t("audit.rows")} aside={downloads}>
      <AuditFilters search={search} />
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Waiting label={t("common.loading", { what: t("audit.rows") })} lines={5} /> : null}
      {query.isSuccess && rows.length === 0 ? <Empty title={t("audit.none")}>{t("audit.noneNext")}</Empty> : null}
      {rows.length > 0 ? <Table caption={t("audit.rows")} columns={columns} rows={rows} keyOf={(row) => row.id} /> : null}
      {query.hasNextPage ? (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("audit.more")}
        </Button>
      ) : null}
    </Panel>
  );
}

/** Who did what, and whether anybody changed it afterwards. */
export function AuditPage() {
  const { t } = useLanguage();
  return (
    <div className="audit">
      <h1 className="page-title">{t("audit.title")}</h1>
      <p className="quiet">{t("audit.text")}</p>
      <Verification />
      <Rows />
    </div>
  );
}
