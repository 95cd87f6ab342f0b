import { useNavigate } from "@tanstack/react-router";
import { useLanguage } from "../app/language.ts";
import { ranges, without, type Range } from "../app/search.ts";
import { useShownRun } from "../diagnoses/run-context.ts";
import type { AnsweredAbout } from "../evidence/use-evidence.ts";
import { shortName } from "../format/entity.ts";
import { quantity } from "../format/number.ts";
import { pointsOf, rangeOf, usualRange, type Line, type Mark, type Span } from "../ui/chart-model.ts";
import { Instant } from "../ui/instant.tsx";
import { TimeChart } from "../ui/time-chart.tsx";

type RuleAnswer = AnsweredAbout<"rule">;

/** Most lines in the chart of a rule. */
const linesMax = 5;

function lineLabel(labels: Readonly<Record<string, string>>, alone: boolean): string {
  if (alone) return "";
  return labels["service"] ?? labels["pod"] ?? labels["instance"] ?? Object.values(labels).join(" ");
}

/** The lines of a rule's own expression. */
export function ruleLines(answer: RuleAnswer): Line[] {
  const { rows, start, step_ms } = answer.data;
  return rows
    .slice(0, linesMax)
    .map((row) => ({ label: lineLabel(row.labels, rows.length === 1), points: pointsOf(start, step_ms, row.values) }));
}

/** A plain number that never leaves 0 to 1 is a share, and is read in percent. */
function isShare(answer: RuleAnswer): boolean {
  const { unit, rows, threshold } = answer.data;
  const all = [...rows.flatMap((row) => row.values), threshold].filter((value) => value !== null);
  return unit === "1" && all.every((value) => value >= 0 && value <= 1);
}

function RangeChoice({ range, whole }: { range: Range | undefined; whole: Span }) {
  const { t } = useLanguage();
  const navigate = useNavigate({ from: "/incidents/$incidentId" });
  const names: Record<Range, string> = { "15m": t("chart.quarter"), "30m": t("chart.half"), "1h": t("chart.hour") };
  const shorter = ranges.filter((each) => rangeOf(whole, each).from > whole.from);
  const go = (next: Range | undefined) =>
    void navigate({
      search: (before) => (next ? { ...before, range: next } : without(before, ["range"])),
      replace: true,
      resetScroll: false,
    });
  return (
    <div className="range no-print" role="group" aria-label={t("chart.range")}>
      {[...shorter, undefined].map((each) => (
        <button key={each ?? "all"} type="button" className="plain-button" aria-pressed={each === range} onClick={() => go(each)}>
          {each ? names[each] : t("chart.all")}
        </button>
      ))}
    </div>
  );
}

function MarkList({ marks }: { marks: readonly Mark[] }) {
  const { t } = useLanguage();
  if (marks.length === 0) return null;
  return (
    <ul className="marks small" aria-label={t("chart.marks")}>
      {marks.map((mark) => (
        <li key={`${mark.at} ${mark.sign} ${mark.label}`}>
          <span aria-hidden="true" className={`mark-${mark.tone}`}>
            {mark.sign}
          </span>{" "}
          <Instant at={new Date(mark.at * 1_000).toISOString()} /> {mark.label}
        </li>
      ))}
    </ul>
  );
}

export interface RuleChartProps {
  readonly answer: RuleAnswer;
  readonly marks: readonly Mark[];
  readonly whole: Span;
  readonly range: Range | undefined;
}

/** The alert's own expression against its threshold: what fired, drawn. */
export function RuleChart({ answer, marks, whole, range }: RuleChartProps) {
  const { t } = useLanguage();
  const { openEvidence, diagnosis } = useShownRun();
  const lines = ruleLines(answer);
  const share = isShare(answer);
  const { unit, threshold } = answer.data;
  const question = answer.question.about === "rule" ? answer.question : null;
  const title = question ? t("chart.ruleAbout", { name: question.alert.name, entity: shortName(question.alert.entity) }) : "";
  const span = rangeOf(whole, range);
  const onset = diagnosis.causes.find((cause) => cause.onset)?.onset;
  const first = lines[0];
  const band = onset && first && lines.length === 1 ? usualRange(first, Date.parse(onset) / 1_000) : null;
  const inside = marks.filter((mark) => mark.at >= span.from && mark.at <= span.to);
  return (
    <div className="rule-chart">
      <TimeChart
        title={title}
        lines={lines}
        span={span}
        marks={inside}
        threshold={threshold}
        onOpen={() => openEvidence(answer.id)}
        band={band}
        height={200}
        format={(value) => quantity(value, unit, share)}
      />
      <div className="rule-foot">
        <MarkList marks={inside} />
        <RangeChoice range={range} whole={whole} />
      </div>
    </div>
  );
}
