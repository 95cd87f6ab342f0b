import type { DataOf } from "@sre/contracts/evidence";
import { useLanguage } from "../app/language.ts";
import { shortName } from "../format/entity.ts";
import { quantity, threeDigits } from "../format/number.ts";
import { pointsOf, spanOf, type Line } from "../ui/chart-model.ts";
import { Code } from "../ui/code.tsx";
import { Instant } from "../ui/instant.tsx";
import { Fold } from "../ui/panel.tsx";
import { TimeChart } from "../ui/time-chart.tsx";
import { citedFirst } from "./cited-first.ts";

/** Most lines drawn, and most samples listed, of one answer. */
const linesMax = 5;
const samplesMax = 200;

interface Drawn {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly format: (value: number | null) => string;
  readonly threshold?: number | null;
}

function SampleTable({ lines, format }: Pick<Drawn, "lines" | "format">) {
  const { t } = useLanguage();
  const times = [...new Set(lines.flatMap((line) => line.points.map(([at]) => at)))].sort((a, b) => a - b).slice(-samplesMax);
  const values = lines.map((line) => new Map(line.points));
  return (
    <Fold title={t("common.table")}>
      <div className="samples" tabIndex={0} role="group" aria-label={t("common.table")}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("common.time")}</th>
              {lines.map((line, index) => (
                <th key={`${index} ${line.label}`} scope="col">
                  {line.label || t("evidence.value")}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {times.map((at) => (
              <tr key={at}>
                <td data-title={t("common.time")}>
                  <Instant at={new Date(at * 1_000).toISOString()} seconds />
                </td>
                {values.map((points, index) => (
                  <td key={index} data-title={lines[index]?.label || t("evidence.value")} className="table-number">
                    {format(points.get(at) ?? null)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Fold>
  );
}

function Drawing({ title, lines, format, threshold = null }: Drawn) {
  const span = spanOf(lines);
  if (!span) return null;
  return (
    <>
      <TimeChart title={title} lines={lines} span={span} format={format} threshold={threshold} height={180} />
      <SampleTable lines={lines} format={format} />
    </>
  );
}

/** The cited series first, drawn and listed. */
export function SeriesSamples({ data, part }: { data: DataOf<"series">; part: string | null }) {
  const { t } = useLanguage();
  const rows = citedFirst(data.rows, (row) => row.of === part);
  const lines = rows
    .slice(0, linesMax)
    .map((row) => ({ label: shortName(row.of), points: pointsOf(data.start, data.step_ms, row.values) }));
  const ratio = data.statistic === "ratio";
  return (
    <>
      <Drawing title={data.statistic} lines={lines} format={(value) => quantity(value, data.unit, ratio)} />
      {data.rows.length > lines.length ? (
        <p className="small quiet">{t("evidence.rows", { shown: lines.length, total: data.rows.length })}</p>
      ) : null}
    </>
  );
}

export function RuleSamples({ data }: { data: DataOf<"rule"> }) {
  const { t } = useLanguage();
  const lines = data.rows
    .slice(0, linesMax)
    .map((row) => ({ label: Object.values(row.labels).join(" "), points: pointsOf(data.start, data.step_ms, row.values) }));
  const share = data.unit === "1" && data.rows.every((row) => row.values.every((value) => value === null || (value >= 0 && value <= 1)));
  const format = (value: number | null) => quantity(value, data.unit, share);
  const condition = data.threshold === null ? "" : ` ${data.comparison ?? ""} ${threeDigits(data.threshold)}`;
  return (
    <>
      {data.expression ? <Code label={t("evidence.exact")} text={`${data.expression}${condition}`} /> : null}
      <Drawing
        title={t("chart.threshold", { value: data.threshold === null ? "–" : format(data.threshold) })}
        lines={lines}
        format={format}
        threshold={data.threshold}
      />
    </>
  );
}

export function CallsSamples({ data, part }: { data: DataOf<"calls">; part: string | null }) {
  const rows = citedFirst(data.rows, (row) => row.of === part).slice(0, linesMax);
  const lines = rows.map((row) => ({
    label: `${shortName(row.of)} ${row.operation ?? ""}`,
    points: pointsOf(data.start, data.step_ms, row.p90_seconds),
  }));
  return <Drawing title="p90" lines={lines} format={(value) => quantity(value, "s")} />;
}

/** How long traces took from log to log, the cited pair first. */
export function HandoverSamples({ data, part }: { data: DataOf<"logs">; part: string | null }) {
  const { t } = useLanguage();
  const handovers = citedFirst(data.handovers ?? [], ({ from, to }) => `${from}>${to}` === part);
  const lines = handovers.slice(0, linesMax).map(({ from, to, p50_seconds: p50 }) => ({
    label: `${shortName(from)} → ${shortName(to)}`,
    points: pointsOf(data.start, data.step_ms, p50),
  }));
  return (
    <>
      <Drawing title="p50" lines={lines} format={(value) => quantity(value, "s")} />
      {handovers.length > lines.length ? (
        <p className="small quiet">{t("evidence.rows", { shown: lines.length, total: handovers.length })}</p>
      ) : null}
    </>
  );
}
