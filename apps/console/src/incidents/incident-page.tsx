import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useLanguage } from "../app/language.ts";
import { ProgressPanel } from "../diagnoses/progress-panel.tsx";
import { RunNotices } from "../diagnoses/run-notices.tsx";
import { NoVerdict } from "../diagnoses/verdict-panel.tsx";
import { Panel, Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { IncidentHeader } from "./incident-header.tsx";
import { RunView } from "./run-view.tsx";
import { TimelineTab } from "./timeline-tab.tsx";
import { useIncident } from "./use-incident.ts";
import "./incident-page.css";

/** One incident: the verdict first, everything else supports it. */
export function IncidentPage() {
  const { t } = useLanguage();
  const { incidentId } = useParams({ from: "/shell/incidents/$incidentId" });
  const search = useSearch({ from: "/shell/incidents/$incidentId" });
  const navigate = useNavigate({ from: "/incidents/$incidentId" });
  const { incident, alerts, runs, choice, run, show } = useIncident(incidentId, search.run);
  const showRun = (id: string, latest: boolean) => {
    show(id);
    // A cause and its evidence belong to their run.
    void navigate({
      search: ({ tab, range }) => ({ ...(tab ? { tab } : {}), ...(range ? { range } : {}), ...(latest ? {} : { run: id }) }),
      resetScroll: false,
    });
  };
  if (incident.isError) return <ProblemNote error={incident.error} onRetry={() => void incident.refetch()} />;
  if (incident.isPending) return <Waiting label={t("common.loading", { what: t("list.incident") })} lines={12} />;
  const nothingYet = runs.isSuccess && choice.shownId === null && choice.running === null;
  return (
    <div className="incident">
      <IncidentHeader incident={incident.data} alerts={alerts.data?.items ?? []} />
      {runs.isError ? <ProblemNote error={runs.error} onRetry={() => void runs.refetch()} /> : null}
      <RunNotices choice={choice} onShow={showRun} />
      {choice.running ? <ProgressPanel run={choice.running} /> : null}
      {run.isError && choice.shownId ? <ProblemNote error={run.error} onRetry={() => void run.refetch()} /> : null}
      {nothingYet ? <NoVerdict /> : null}
      {runs.isPending || (choice.shownId && run.isPending) ? (
        <Waiting label={t("common.loading", { what: t("list.verdict") })} lines={9} />
      ) : null}
      {runs.isSuccess && choice.shownId === null ? (
        <Panel title={t("tab.timeline")}>
          <TimelineTab incident={incident.data} />
        </Panel>
      ) : null}
      {run.data?.result ? (
        <RunView run={run.data} result={run.data.result} incident={incident.data} alerts={alerts.data?.items ?? []} />
      ) : null}
    </div>
  );
}
