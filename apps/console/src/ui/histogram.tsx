import { useState, type PointerEvent } from "react";
import type { Tone } from "./badge.tsx";
import { Fold } from "./panel.tsx";
import { Table, type Column } from "./table.tsx";
import "./histogram.css";

interface HistogramPart {
  readonly label: string;
  readonly sign: string;
  readonly tone: Exclude<Tone, "accent">;
}

interface HistogramBar {
  /** Where it begins, as it is read. */
  readonly label: string;
  /** One count for each part, drawn from the bottom. */
  readonly counts: readonly number[];
  /** Counted above the bar: something that happened then. */
  readonly marks: number;
}

interface HistogramProps {
  readonly title: string;
  readonly parts: readonly HistogramPart[];
  readonly bars: readonly HistogramBar[];
  readonly markLabel: string;
  readonly words: { readonly table: string; readonly when: string };
}

const high = 100;
const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);

function Bar({ bar, index, most, parts }: { bar: HistogramBar; index: number; most: number; parts: readonly HistogramPart[] }) {
  let below = 0;
  return bar.counts.map((count, part) => {
    const height = (count / most) * high;
    below += height;
    const place = { x: index + 0.08, y: high - below, width: 0.84, height };
    return count === 0 ? null : <rect key={parts[part]?.label} className={`histogram-${parts[part]?.tone}`} {...place} />;
  });
}

/** The parts with their sums, which name the colours of the bars. */
function Sums({ parts, bars, markLabel }: Pick<HistogramProps, "parts" | "bars" | "markLabel">) {
  return (
    <ul className="histogram-sums small">
      {parts.map((part, index) => (
        <li key={part.label}>
          <span aria-hidden="true" className={`histogram-sign-${part.tone}`}>
            {part.sign}
          </span>{" "}
          {part.label} <strong>{sum(bars.map((bar) => bar.counts[index] ?? 0))}</strong>
        </li>
      ))}
      <li>
        <span aria-hidden="true" className="histogram-sign-accent">
          ▼
        </span>{" "}
        {markLabel} <strong>{sum(bars.map((bar) => bar.marks))}</strong>
      </li>
    </ul>
  );
}

function Twin({ title, parts, bars, markLabel, words }: HistogramProps) {
  const columns: Column<HistogramBar>[] = [
    { title: words.when, cell: (bar) => bar.label },
    ...parts.map((part, index) => ({ title: part.label, number: true, cell: (bar: HistogramBar) => bar.counts[index] })),
    { title: markLabel, number: true, cell: (bar) => bar.marks },
  ];
  const rows = bars.filter(({ counts, marks }) => sum(counts) + marks > 0).reverse();
  return (
    <Fold title={words.table}>
      <Table caption={title} columns={columns} rows={rows} keyOf={(bar) => bar.label} />
    </Fold>
  );
}

/** Counts over time as stacked bars, with marks above them, their sums, and a table of the same. */
export function Histogram(props: HistogramProps) {
  const { title, parts, bars, markLabel } = props;
  const [at, setAt] = useState<number | null>(null);
  const most = Math.max(1, ...bars.map(({ counts }) => sum(counts)));
  const look = (event: PointerEvent<HTMLDivElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    setAt(Math.max(0, Math.min(bars.length - 1, Math.floor(((event.clientX - left) / width) * bars.length))));
  };
  const read = at === null ? undefined : bars[at];
  return (
    <figure className="histogram">
      <figcaption className="unseen">{title}</figcaption>
      <Sums parts={parts} bars={bars} markLabel={markLabel} />
      <p className="histogram-readout small quiet" aria-hidden="true">
        {read
          ? [read.label, ...parts.map(({ label }, index) => `${label} ${read.counts[index]}`), `${markLabel} ${read.marks}`].join(" · ")
          : ""}
      </p>
      <div className="histogram-place" aria-hidden="true" onPointerMove={look} onPointerLeave={() => setAt(null)}>
        <span className="histogram-most small quiet">{most}</span>
        <svg viewBox={`0 0 ${bars.length} ${high}`} preserveAspectRatio="none">
          {bars.map((bar, index) => (
            <Bar key={bar.label} bar={bar} index={index} most={most} parts={parts} />
          ))}
        </svg>
        {bars.map(({ label, marks }, index) =>
          marks === 0 ? null : (
            <span key={label} className="histogram-mark" style={{ left: `${((index + 0.5) / bars.length) * 100}%` }}>
              ▼
            </span>
          ),
        )}
      </div>
      <p className="histogram-axis small quiet" aria-hidden="true">
        <span>{bars[0]?.label}</span>
        <span>{bars[Math.floor(bars.length / 2)]?.label}</span>
        <span>{bars.at(-1)?.label}</span>
      </p>
      <Twin {...props} />
    </figure>
  );
}
