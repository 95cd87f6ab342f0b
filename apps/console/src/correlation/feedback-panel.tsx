import { Button } from "@mantine/core";
import type { GroupingFeedback } from "@sre/contracts/control-plane";
import { useInfiniteQuery } from "@tanstack/react-query";
import { feedbackQuery } from "../api/correlation-queries.ts";
import { useLanguage } from "../app/language.ts";
import { Instant } from "../ui/instant.tsx";
import { Empty, Panel, Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { Table, type Column } from "../ui/table.tsx";
import { IncidentLink, useIncidentNames } from "./incident-link.tsx";

function FeedbackTable({ rows }: { rows: readonly GroupingFeedback[] }) {
  const { t } = useLanguage();
  const names = useIncidentNames();
  const columns: Column<GroupingFeedback>[] = [
    { title: t("correlation.when"), cell: (row) => <Instant at={row.at} /> },
    { title: t("correlation.who"), cell: (row) => row.actor },
    { title: t("correlation.what"), cell: (row) => t(`correlation.kinds.${row.kind}`) },
    { title: t("correlation.alerts"), number: true, cell: (row) => row.alerts },
    { title: t("correlation.from"), wide: true, cell: (row) => <IncidentLink id={row.from_incident_id} names={names} /> },
    { title: t("correlation.to"), wide: true, cell: (row) => <IncidentLink id={row.to_incident_id} names={names} /> },
    { title: t("correlation.reason"), wide: true, cell: (row) => row.reason || <span className="quiet">{t("correlation.noReason")}</span> },
  ];
  return <Table caption={t("correlation.feedback")} columns={columns} rows={rows} keyOf={(row) => row.id} />;
}

/** What people changed in the grouping by hand, newest first. */
export function FeedbackPanel() {
  const { t } = useLanguage();
  const query = useInfiniteQuery(feedbackQuery());
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Panel title={t("correlation.feedback")}>
      <p className="quiet">{t("correlation.feedbackText")}</p>
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Waiting label={t("common.loading", { what: t("correlation.feedback") })} /> : null}
      {query.isSuccess && rows.length === 0 ? (
        <Empty title={t("correlation.feedbackNone")}>{t("correlation.feedbackNoneText")}</Empty>
      ) : null}
      {rows.length > 0 ? <FeedbackTable rows={rows} /> : null}
      {query.hasNextPage ? (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("correlation.older")}
        </Button>
      ) : null}
    </Panel>
  );
}
