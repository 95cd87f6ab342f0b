import type { CorrelationPreview, CorrelationSettings } from "@sre/contracts/control-plane";
import { useLanguage } from "../app/language.ts";
import { Code } from "../ui/code.tsx";
import { Empty } from "../ui/panel.tsx";
import { Table, type Column } from "../ui/table.tsx";
import { IncidentLink, useIncidentNames } from "./incident-link.tsx";

/** Incidents and reasons named in one row before the rest is counted. */
const listed = { incidents: 6, reasons: 3 };

type Merged = CorrelationPreview["merged"][number];
type Divided = CorrelationPreview["divided"][number];

const variables = ({ window_seconds: window, topology_steps: steps, threshold }: CorrelationSettings): string =>
  `GROUPING_WINDOW_SECONDS=${window}\nGROUPING_TOPOLOGY_STEPS=${steps}\nGROUPING_THRESHOLD=${threshold}`;

function MergedTable({ merged }: { merged: readonly Merged[] }) {
  const { t, say } = useLanguage();
  const names = useIncidentNames();
  const columns: Column<Merged>[] = [
    {
      title: t("correlation.incidents"),
      wide: true,
      cell: ({ incident_ids: ids }) => (
        <ul className="correlation-list">
          {ids.slice(0, listed.incidents).map((id) => (
            <li key={id}>
              <IncidentLink id={id} names={names} />
            </li>
          ))}
          {ids.length > listed.incidents ? <li className="quiet">{t("correlation.more", { count: ids.length - listed.incidents })}</li> : null}
        </ul>
      ),
    },
    { title: t("correlation.alerts"), number: true, cell: ({ alerts }) => alerts },
    {
      title: t("correlation.because"),
      wide: true,
      cell: ({ because }) => because.length === 0 ? "–" : (
        <ul className="correlation-list small quiet">
          {because.slice(0, listed.reasons).map((reason) => (
            <li key={reason.en}>{say(reason)}</li>
          ))}
        </ul>
      ),
    },
  ];
  return <Table caption={t("correlation.merged")} columns={columns} rows={merged} keyOf={({ incident_ids: ids }) => ids.join()} />;
} // prettier-ignore

function DividedTable({ divided }: { divided: readonly Divided[] }) {
  const { t } = useLanguage();
  const names = useIncidentNames();
  const columns: Column<Divided>[] = [
    { title: t("correlation.incident"), wide: true, cell: ({ incident_id: id }) => <IncidentLink id={id} names={names} /> },
    { title: t("correlation.groups"), number: true, cell: ({ groups }) => groups },
    { title: t("correlation.alerts"), number: true, cell: ({ alerts }) => alerts },
  ];
  return <Table caption={t("correlation.divided")} columns={columns} rows={divided} keyOf={({ incident_id: id }) => id} />;
}

/** What settings would have merged and divided, and how they are put to use. */
export function PreviewReport({ preview }: { preview: CorrelationPreview }) {
  const { t } = useLanguage();
  const { alerts, incidents_now: now, groups_then: tried, merged, divided, complete, settings } = preview;
  if (alerts === 0) return <Empty title={t("correlation.noAlerts")}>{t("correlation.noAlertsText")}</Empty>;
  const same = merged.length === 0 && divided.length === 0;
  return (
    <div className="correlation-report">
      <p>
        <strong>{t("correlation.sum", { alerts, now, tried })}</strong>
      </p>
      {complete ? null : <p className="correlation-partial">▲ {t("correlation.partial")}</p>}
      {same ? (
        <Empty sign="✓" title={t("correlation.same")} />
      ) : (
        <>
          <h3>{t(merged.length > 0 ? "correlation.merged" : "correlation.mergedNone")}</h3>
          {merged.length > 0 ? <MergedTable merged={merged} /> : null}
          <h3>{t(divided.length > 0 ? "correlation.divided" : "correlation.dividedNone")}</h3>
          {divided.length > 0 ? <DividedTable divided={divided} /> : null}
          <p className="quiet small">{t("correlation.use")}</p>
          <Code label={t("correlation.try")} text={variables(settings)} />
        </>
      )}
    </div>
  );
}
