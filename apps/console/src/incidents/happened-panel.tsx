import type { Alert } from "@sre/contracts/control-plane";
import { useLanguage } from "../app/language.ts";
import type { Range } from "../app/search.ts";
import { useShownRun } from "../diagnoses/run-context.ts";
import { useEvidenceAbout } from "../evidence/use-evidence.ts";
import { pointsOf, rangeOf, spanOf, type Line, type Span } from "../ui/chart-model.ts";
import { Empty, Panel, Waiting } from "../ui/panel.tsx";
import { GoldenCharts } from "./golden-charts.tsx";
import { marksOf } from "./incident-marks.ts";
import { RuleChart, ruleLines } from "./rule-chart.tsx";

/** An answer whose window ended longer before the diagnosis is a baseline, and is not drawn beside the fault; in milliseconds. */
const baselineAgeMs = 30 * 60_000;

function useCurrent<Item extends { readonly coverage: { readonly to: string } }>(answers: readonly Item[]): Item[] {
  const { diagnosis } = useShownRun();
  const oldest = Date.parse(diagnosis.as_of) - baselineAgeMs;
  return answers.filter((answer) => Date.parse(answer.coverage.to) >= oldest);
}

function useChanges() {
  const { cause, diagnosis } = useShownRun();
  const answers = useEvidenceAbout("changes").answers;
  const blamed = new Set((cause ? [cause] : diagnosis.causes).map((each) => each.change));
  const byId = new Map(answers.flatMap((answer) => answer.data.changes).map((change) => [change.id, change]));
  const all = [...byId.values()];
  return cause ? all.filter((change) => blamed.has(change.id)) : all;
}

/** What was measured around the fault: the alert's own series first, then the signals of the objects concerned. */
export function HappenedPanel({ alerts, range }: { alerts: readonly Alert[]; range: Range | undefined }) {
  const { t } = useLanguage();
  const { diagnosis, cause } = useShownRun();
  const rules = useEvidenceAbout("rule");
  const series = useEvidenceAbout("series");
  const current = useCurrent(series.answers);
  const changes = useChanges();
  const drawn = useCurrent(rules.answers).filter((answer) => answer.data.rows.length > 0);
  const worst = diagnosis.hurts[0]?.entity;
  const rule = drawn.find((answer) => answer.question.about === "rule" && answer.question.alert.entity === worst) ?? drawn[0];
  const seriesLines: Line[] = current.flatMap(({ data }) =>
    data.rows.slice(0, 1).map((row) => ({ label: "", points: pointsOf(data.start, data.step_ms, row.values) })),
  );
  const whole: Span | null = spanOf([...(rule ? ruleLines(rule) : []), ...seriesLines]);
  const marks = marksOf({ alerts, changes, causes: cause ? [cause] : diagnosis.causes.slice(0, 1) }, t);
  return (
    <Panel title={t("incident.happened")} className="happened">
      {rules.pending || series.pending ? <Waiting label={t("common.loading", { what: t("incident.happened") })} lines={6} /> : null}
      {!rules.pending && !rule ? <Empty title={t("chart.noRule")}>{t("chart.noRuleText")}</Empty> : null}
      {rule && whole ? <RuleChart answer={rule} marks={marks} whole={whole} range={range} /> : null}
      {whole ? (
        <>
          <h3 className="multiples-title">{t("chart.signals")}</h3>
          <GoldenCharts
            answers={current}
            span={rangeOf(whole, range)}
            marks={marks.filter((mark) => mark.sign === "◆" && mark.tone === "accent")}
          />
        </>
      ) : null}
    </Panel>
  );
}
