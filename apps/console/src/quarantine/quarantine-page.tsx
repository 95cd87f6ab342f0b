import { Button } from "@mantine/core";
import type { QuarantinedAlert } from "@sre/contracts/control-plane";
import { useInfiniteQuery } from "@tanstack/react-query";
import { call } from "../api/client.ts";
import { quarantineQuery } from "../api/noise-queries.ts";
import { useRun } from "../api/use-run.ts";
import { useLanguage } from "../app/language.ts";
import { Code } from "../ui/code.tsx";
import { Instant } from "../ui/instant.tsx";
import { Empty, Fold, Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { Table, type Column } from "../ui/table.tsx";

function Replay({ alert }: { alert: QuarantinedAlert }) {
  const { t } = useLanguage();
  const { working, run } = useRun([["quarantine"]]);
  const replay = () =>
    void run(() => call("replayQuarantinedAlert", { params: { quarantined_alert_id: alert.id } }), t("quarantine.replayed"));
  return (
    <Button size="xs" variant="default" loading={working} onClick={replay}>
      {t("quarantine.replay")}
      <span className="unseen"> {alert.reason}</span>
    </Button>
  );
}

function useColumns(): Column<QuarantinedAlert>[] {
  const { t } = useLanguage();
  return [
    { title: t("quarantine.received"), cell: (alert) => <Instant at={alert.received_at} seconds /> },
    {
      title: t("quarantine.from"),
      cell: (alert) => (
        <>
          {alert.integration} <span className="quiet small">{[alert.sender, alert.receiver].filter(Boolean).join(" · ")}</span>
        </>
      ),
    },
    {
      title: t("quarantine.fault"),
      wide: true,
      cell: (alert) => (
        <>
          <code>{alert.field || t("quarantine.whole")}</code> {alert.reason}
        </>
      ),
    },
    {
      title: t("quarantine.payload"),
      cell: (alert) => (
        <Fold title={t("quarantine.payload")}>
          <Code label={t("quarantine.payload")} text={alert.payload} />
        </Fold>
      ),
    },
    { title: t("quarantine.replay"), cell: (alert) => <Replay alert={alert} /> },
  ];
}

/** What was taken and could not be read: nothing is lost, and nothing is hidden. */
export function QuarantinePage() {
  const { t } = useLanguage();
  const query = useInfiniteQuery(quarantineQuery());
  const columns = useColumns();
  const alerts = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <div>
      <h1 className="page-title">{t("quarantine.title")}</h1>
      <p className="quiet">{t("quarantine.text")}</p>
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      <div className="panel">
        {query.isPending ? <Waiting label={t("common.loading", { what: t("quarantine.title") })} lines={5} /> : null}
        {query.isSuccess && alerts.length === 0 ? <Empty sign="✓" title={t("quarantine.empty")} /> : null}
        {alerts.length > 0 ? <Table caption={t("quarantine.title")} columns={columns} rows={alerts} keyOf={(alert) => alert.id} /> : null}
      </div>
      {query.hasNextPage ? (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("quarantine.more")}
        </Button>
      ) : null}
    </div>
  );
}
