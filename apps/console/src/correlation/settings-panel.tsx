import type { CorrelationSettings } from "@sre/contracts/control-plane";
import { useQuery } from "@tanstack/react-query";
import { correlationSettingsQuery } from "../api/correlation-queries.ts";
import { useLanguage } from "../app/language.ts";
import { Panel, Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";

const secondsPerMinute = 60;

function Settings({ settings }: { settings: CorrelationSettings }) {
  const { t } = useLanguage();
  const { window_seconds: window, topology_steps: steps, threshold, weights } = settings;
  const rows = [
    [t("correlation.window"), t("correlation.minutes", { count: Math.round(window / secondsPerMinute) })],
    [t("correlation.steps"), steps === 0 ? t("correlation.ownService") : t("correlation.stepCount", { count: steps })],
    [t("correlation.threshold"), String(threshold)],
    [t("correlation.weights"), t("correlation.weightsText", weights)],
  ];
  return (
    <dl className="correlation-settings">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt className="quiet small">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The numbers by which alerts are grouped now. */
export function SettingsPanel() {
  const { t } = useLanguage();
  const query = useQuery(correlationSettingsQuery());
  return (
    <Panel title={t("correlation.now")}>
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Waiting label={t("common.loading", { what: t("correlation.now") })} lines={2} /> : null}
      {query.isSuccess ? <Settings settings={query.data} /> : null}
    </Panel>
  );
}
