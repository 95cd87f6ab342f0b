import { useLanguage } from "../app/language.ts";
import { shortName } from "../format/entity.ts";
import { Badge } from "../ui/badge.tsx";
import { Instant, useAge } from "../ui/instant.tsx";
import { Empty } from "../ui/panel.tsx";
import { useShownRun } from "./run-context.ts";
import { VerdictBadge } from "./verdict-badge.tsx";
import "./verdict-panel.css";

/** What the gaps together could do to the verdict, worst first. */
function useGapWords(): string | null {
  const { t } = useLanguage();
  const { diagnosis } = useShownRun();
  const worst = (["verdict", "order", "nothing"] as const).find((effect) => diagnosis.unknown.some((gap) => gap.could_change === effect));
  if (!worst) return null;
  // What is confirmed stands whatever the order of what comes after it.
  const order = diagnosis.verdict === "confirmed" ? t("verdict.gapsFurther") : t("verdict.gapsOrder");
  const effect = { verdict: t("verdict.gapsVerdict"), order, nothing: t("verdict.gapsNothing") }[worst];
  return `${t("verdict.gaps", { count: diagnosis.unknown.length })} · ${effect}`;
}

function HurtsAndNext() {
  const { t, say } = useLanguage();
  const { diagnosis } = useShownRun();
  const step = diagnosis.plan.steps[0];
  return (
    <dl className="verdict-facts">
      {diagnosis.hurts.length > 0 ? (
        <div>
          <dt>{t("verdict.hurts")}</dt>
          <dd>
            {diagnosis.hurts
              .slice(0, 4)
              .map((hurt) => say(hurt.text) || shortName(hurt.entity))
              .join(" · ")}
          </dd>
        </div>
      ) : null}
      {step ? (
        <div>
          <dt>{t("verdict.next")}</dt>
          <dd>
            {say(step.title)}{" "}
            <span className="quiet">
              ({step.mutates ? t(step.reversible ? "plan.reversible" : "plan.irreversible") : t("plan.readsOnly")})
            </span>{" "}
            <a href="#plan" className="no-print">
              {t("verdict.seePlan")}
            </a>
          </dd>
        </div>
      ) : null}
    </dl>
  );
}

/** The sentence that can be read aloud, how sure it is, who is hurt and what to do. */
export function VerdictPanel() {
  const { t, say } = useLanguage();
  const age = useAge();
  const { run, diagnosis } = useShownRun();
  const gaps = useGapWords();
  const top = diagnosis.verdict === "nothing_wrong" ? null : (diagnosis.causes[0]?.confidence ?? null);
  const onset = diagnosis.causes[0]?.onset;
  return (
    <section className={`verdict verdict-${diagnosis.verdict}`} aria-label={t("list.verdict")}>
      <p className="verdict-line">
        <VerdictBadge verdict={diagnosis.verdict} confidence={top} strong />
        <strong className="verdict-headline">{say(diagnosis.headline)}</strong>
      </p>
      {run.deployment ? <p className="small">{t("verdict.deployment", { name: run.deployment })}</p> : null}
      <HurtsAndNext />
      {run.changed ? (
        <p className="small">
          <span aria-hidden="true">↻ </span>
          {t("verdict.changed")}: {say(run.changed)}
        </p>
      ) : null}
      <p className="verdict-foot small">
        {gaps ? (
          <a href="#not-known">
            <Badge tone="amber" sign="⚠">
              {gaps}
            </Badge>
          </a>
        ) : null}
        {onset ? (
          <span className="quiet">
            {t("chart.onset")} <Instant at={onset} />
          </span>
        ) : null}
        <span className="quiet">
          {t("verdict.asOf")} <Instant at={diagnosis.as_of} /> · {t("verdict.age", { duration: age(run.finished_at ?? diagnosis.as_of) })} ·{" "}
          {t("verdict.engine", { version: diagnosis.engine })}
        </span>
      </p>
    </section>
  );
}

/** Nothing has been diagnosed: said as such, never as calm. */
export function NoVerdict() {
  const { t } = useLanguage();
  return (
    <section className="verdict verdict-inconclusive" aria-label={t("list.verdict")}>
      <Empty title={t("verdict.none")}>{t("verdict.noneNext")}</Empty>
    </section>
  );
}
