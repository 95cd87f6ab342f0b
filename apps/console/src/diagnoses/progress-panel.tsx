import type { DiagnosisSummary } from "@sre/contracts/control-plane";
import { useLanguage } from "../app/language.ts";
import { Instant, useAge } from "../ui/instant.tsx";
import { Panel } from "../ui/panel.tsx";
import { stepName } from "./step-names.ts";
import "./progress-panel.css";

/** Where a diagnosis stands and what it has found so far: never a bare spinner. */
export function ProgressPanel({ run }: { run: DiagnosisSummary }) {
  const { t, say } = useLanguage();
  const age = useAge();
  const title = run.status === "queued" ? t("progress.queued") : `${t("progress.running")}: ${stepName(run.current_step, t)}`;
  return (
    <Panel
      title={title}
      aside={<span className="quiet small">{t("progress.since", { duration: age(run.requested_at), who: run.requested_by })}</span>}
    >
      <progress className="progress" max={100} value={run.progress} aria-label={t("progress.percent", { percent: run.progress })} />
      <div role="log" aria-label={t("progress.soFar")} className="progress-steps">
        {run.steps.length === 0 ? <p className="quiet">{t("progress.nothing")}</p> : null}
        <ol>
          {run.steps.map((step) => (
            <li key={`${step.at} ${step.step}`}>
              <span className="quiet">
                <Instant at={step.at} seconds />
              </span>{" "}
              <strong>{stepName(step.step, t)}</strong> {step.text ? say(step.text) : step.note}
            </li>
          ))}
        </ol>
      </div>
    </Panel>
  );
}
