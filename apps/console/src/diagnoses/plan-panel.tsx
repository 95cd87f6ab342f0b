import type { PlanStep } from "@sre/contracts/evidence";
import { useLanguage } from "../app/language.ts";
import { questionWords } from "../evidence/question-words.ts";
import { Badge, type Tone } from "../ui/badge.tsx";
import { Code } from "../ui/code.tsx";
import { Entity } from "../ui/entity.tsx";
import { Empty, Panel } from "../ui/panel.tsx";
import { useShownRun } from "./run-context.ts";
import "./plan-panel.css";

const riskLook: Record<PlanStep["risk"], readonly [Tone, string]> = {
  none: ["plain", "○"],
  low: ["plain", "●"],
  medium: ["amber", "▲"],
  high: ["red", "✖"],
};

function Step({ step }: { step: PlanStep }) {
  const { t, say } = useLanguage();
  const [tone, sign] = riskLook[step.risk];
  return (
    <li className="step">
      <p className="step-title">{say(step.title)}</p>
      <p className="step-facts small">
        <Entity id={step.target} />
        <Badge tone={tone} sign={sign}>
          {t("plan.risk", { risk: t(`plan.risks.${step.risk}`) })}
        </Badge>
        <Badge tone={step.mutates && !step.reversible ? "red" : "plain"} sign={step.mutates ? (step.reversible ? "↩" : "✖") : "○"}>
          {step.mutates ? t(step.reversible ? "plan.reversible" : "plan.irreversible") : t("plan.readsOnly")}
        </Badge>
      </p>
      <Code text={step.command} label={t("plan.command")} />
      <dl className="step-more small">
        <div>
          <dt>{t("plan.effect")}</dt>
          <dd>{say(step.expected_effect)}</dd>
        </div>
        {step.verification ? (
          <div>
            <dt>{t("plan.verify")}</dt>
            <dd>{questionWords(step.verification, t)}</dd>
          </div>
        ) : null}
      </dl>
    </li>
  );
}

/** What to do, step by step: the exact command, its risk and how to see that it worked. */
export function PlanPanel() {
  const { t } = useLanguage();
  const { plan } = useShownRun().diagnosis;
  const aside = plan.for_cause ? <span className="quiet small">{t("plan.for", { rank: plan.for_cause })}</span> : null;
  return (
    <div id="plan">
      <Panel title={t("plan.title")} aside={aside}>
        {plan.steps.length === 0 ? <Empty title={t("plan.none")} /> : null}
        {plan.requires_approval ? (
          <p className="small">
            <Badge tone="amber" sign="▲">
              {t("plan.approval")}
            </Badge>
          </p>
        ) : null}
        <ol className="steps">
          {plan.steps.map((step) => (
            <Step key={step.id} step={step} />
          ))}
        </ol>
        {plan.steps.length > 0 ? <p className="small quiet">{t("plan.runNote")}</p> : null}
      </Panel>
    </div>
  );
}
