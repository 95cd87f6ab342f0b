import type { Signal } from "@sre/contracts/evidence";
import { useLanguage, type Translate } from "../app/language.ts";
import { useShownRun, type ShownRun } from "../diagnoses/run-context.ts";
import { signalWords } from "../evidence/question-words.ts";
import type { AnsweredAbout } from "../evidence/use-evidence.ts";
import { shortName } from "../format/entity.ts";
import { quantity } from "../format/number.ts";
import { pointsOf, type Line, type Mark, type Span } from "../ui/chart-model.ts";
import { TimeChart } from "../ui/time-chart.tsx";

type SeriesAnswer = AnsweredAbout<"series">;

/** Most small charts, and most lines in each. */
const chartsMax = 6;
const linesMax = 4;
/** The order in which signals matter to somebody in a hurry. */
const order = ["errors", "latency", "saturation", "memory", "cpu", "disk", "traffic", "connections", "network"];

export interface SignalChart {
  readonly key: string;
  readonly title: string;
  readonly lines: readonly Line[];
  readonly hidden: number;
  readonly unit: string | null;
  readonly ratio: boolean;
  readonly evidence: string;
}

const signalName = (signal: Signal) => ("golden" in signal ? signal.golden : "named" in signal ? signal.named : signal.resource);

/** Names of the objects a diagnosis ranks or calls hurt; with a cause chosen, only that cause's. */
function concerned({ diagnosis, cause }: Pick<ShownRun, "diagnosis" | "cause">): string[] {
  const causes = cause ? [cause] : diagnosis.causes;
  const ids = causes.flatMap((each) => [each.entity, ...each.where, ...each.explains]);
  const hurt = cause ? [] : diagnosis.hurts.map((each) => each.entity);
  return [...new Set([...ids, ...hurt].map(shortName))];
}

function chartOf(answers: readonly SeriesAnswer[], names: readonly string[], t: Translate): SignalChart | null {
  const [first] = answers;
  if (!first || first.question.about !== "series") return null;
  const rows = answers.flatMap((answer) => answer.data.rows.map((row) => ({ row, data: answer.data })));
  const rank = (of: string) => {
    const at = names.indexOf(shortName(of));
    return at < 0 ? names.length : at;
  };
  const wanted = rows
    .filter(({ row }) => names.length === 0 || rank(row.of) < names.length)
    .sort((a, b) => rank(a.row.of) - rank(b.row.of));
  const lines = wanted
    .slice(0, linesMax)
    .map(({ row, data }) => ({ label: shortName(row.of), points: pointsOf(data.start, data.step_ms, row.values) }));
  if (lines.length === 0) return null;
  const ratio = first.data.statistic === "ratio" || ("resource" in first.question.signal && first.question.signal.against !== undefined);
  const statistic = first.data.statistic.startsWith("p") ? ` ${first.data.statistic}` : "";
  const title = signalWords(first.question.signal, t) + statistic;
  return {
    key: `${signalName(first.question.signal)} ${title}`,
    title,
    lines,
    hidden: rows.length - lines.length,
    unit: first.data.unit,
    ratio,
    evidence: first.id,
  };
}

/** One chart for each signal, errors first, with a line for each object concerned. */
function signalCharts(answers: readonly SeriesAnswer[], names: readonly string[], t: Translate): SignalChart[] {
  const groups = new Map<string, SeriesAnswer[]>();
  for (const answer of answers) {
    if (answer.question.about !== "series") continue;
    const key = JSON.stringify([answer.question.signal, answer.data.statistic, answer.data.unit]);
    groups.set(key, [...(groups.get(key) ?? []), answer]);
  }
  const rank = (chart: SignalChart) => {
    const at = order.indexOf(chart.key.split(" ")[0] ?? "");
    return at < 0 ? order.length : at;
  };
  const charts = [...groups.values()].map((group) => chartOf(group, names, t)).filter((chart) => chart !== null);
  return charts.sort((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : 1)).slice(0, chartsMax);
}

/** Small multiples of what the ranked objects did, on the axis of the chart above. */
export function GoldenCharts({ answers, span, marks }: { answers: readonly SeriesAnswer[]; span: Span; marks: readonly Mark[] }) {
  const { t } = useLanguage();
  const shown = useShownRun();
  const charts = signalCharts(answers, concerned(shown), t);
  if (charts.length === 0) return null;
  return (
    <div className="multiples">
      {charts.map((chart) => (
        <div key={chart.key}>
          <TimeChart
            title={chart.title}
            lines={chart.lines}
            span={span}
            height={124}
            marks={marks}
            format={(value) => quantity(value, chart.unit, chart.ratio)}
            onOpen={() => shown.openEvidence(chart.evidence)}
          />
          {chart.hidden > 0 ? <p className="small quiet">{t("chart.hidden", { count: chart.hidden })}</p> : null}
        </div>
      ))}
    </div>
  );
}
