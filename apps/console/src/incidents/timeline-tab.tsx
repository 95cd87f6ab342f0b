import type { Incident, TimelineEntry } from "@sre/contracts/control-plane";
import { useQuery } from "@tanstack/react-query";
import { useContext, useState } from "react";
import { timelineQuery } from "../api/queries.ts";
import { useLanguage } from "../app/language.ts";
import { RunContext } from "../diagnoses/run-context.ts";
import { stepName } from "../diagnoses/step-names.ts";
import { Instant } from "../ui/instant.tsx";
import { Empty, Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";

const signs: Record<TimelineEntry["kind"], readonly [string, string]> = {
  alert_fired: ["▲", "mark-red"],
  alert_resolved: ["✓", "mark-plain"],
  change: ["◆", "mark-accent"],
  status: ["●", "mark-plain"],
  comment: ["“", "mark-plain"],
  assignment: ["→", "mark-plain"],
  diagnosis_requested: ["?", "mark-plain"],
  diagnosis_reported: ["◐", "mark-accent"],
  diagnosis_changed: ["↻", "mark-accent"],
  diagnosis_failed: ["✖", "mark-red"],
};

interface Line {
  readonly id: string;
  readonly at: string;
  readonly sign: string;
  readonly look: string;
  readonly kind: string;
  readonly actor: string;
  readonly text: string;
}

function Entry({ line }: { line: Line }) {
  return (
    <li className={line.look === "" ? "timeline-step" : ""}>
      <Instant at={line.at} seconds />
      <span aria-hidden="true" className={line.look}>
        {line.sign}
      </span>
      <span>
        <span className="quiet small">
          {line.kind} · {line.actor}
        </span>
        <br />
        {line.text}
      </span>
    </li>
  );
}

/** Alerts, changes, steps of the diagnosis and people in one order. */
export function TimelineTab({ incident }: { incident: Incident }) {
  const { t, say } = useLanguage();
  const run = useContext(RunContext)?.run;
  const [withSteps, setWithSteps] = useState(false);
  const timeline = useQuery(timelineQuery(incident.id));
  if (timeline.isError) return <ProblemNote error={timeline.error} onRetry={() => void timeline.refetch()} />;
  if (timeline.isPending) return <Waiting label={t("common.loading", { what: t("tab.timeline") })} lines={6} />;
  const entries = timeline.data.items.map((entry): Line => {
    const [sign, look] = signs[entry.kind];
    return { id: entry.id, at: entry.at, sign, look, kind: t(`timeline.${entry.kind}`), actor: entry.actor, text: say(entry.text) };
  });
  const steps = (run?.steps ?? []).map((step): Line => ({
    id: `${step.at} ${step.step}`,
    at: step.at,
    sign: "·",
    look: "",
    kind: t("timeline.step"),
    actor: stepName(step.step, t),
    text: step.text ? say(step.text) : step.note,
  }));
  const lines = [...entries, ...(withSteps ? steps : [])].sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1));
  return (
    <>
      {steps.length > 0 ? (
        <label className="small timeline-toggle">
          <input type="checkbox" checked={withSteps} onChange={(event) => setWithSteps(event.currentTarget.checked)} />{" "}
          {t("timeline.steps")}
        </label>
      ) : null}
      {lines.length === 0 ? <Empty title={t("timeline.none")} /> : null}
      <ol className="timeline">
        {lines.map((line) => (
          <Entry key={line.id} line={line} />
        ))}
      </ol>
    </>
  );
}
