import type { Language } from "@sre/contracts/control-plane";
import type uPlot from "uplot";
import { clockLabels, type Line, type Mark, type Span } from "./chart-model.ts";

export interface ChartLook {
  readonly lines: readonly Line[];
  readonly marks: readonly Mark[];
  readonly threshold: number | null;
  readonly band: readonly [number, number] | null;
  readonly span: Span;
  readonly width: number;
  readonly height: number;
  readonly language: Language;
  readonly format: (value: number | null) => string;
  readonly readout: HTMLElement | null;
}

/** Widths in CSS pixels. */
const gutter = { narrow: 72, wide: 112, narrowBelow: 480 };
const labelHeight = 13;
const colours = ["--series-1", "--series-2", "--series-3", "--series-4", "--series-5"] as const;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const toneColour = { accent: "--accent", red: "--red", plain: "--quiet" } as const;

function drawBand(plot: uPlot, band: readonly [number, number]): void {
  const { ctx, bbox } = plot;
  const top = plot.valToPos(band[1], "y", true);
  const bottom = plot.valToPos(band[0], "y", true);
  ctx.save();
  ctx.globalAlpha = 0.14;
  ctx.fillStyle = colour("--green");
  ctx.fillRect(bbox.left, Math.min(top, bottom), bbox.width, Math.max(2, Math.abs(bottom - top)));
  ctx.restore();
}

function drawThreshold(plot: uPlot, value: number): void {
  const { ctx, bbox } = plot;
  const y = plot.valToPos(value, "y", true);
  ctx.save();
  ctx.strokeStyle = colour("--red");
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

function drawMark(plot: uPlot, mark: Mark): void {
  const { ctx, bbox } = plot;
  const x = plot.valToPos(mark.at, "x", true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour(toneColour[mark.tone]);
  ctx.lineWidth = devicePixelRatio;
  if (mark.sign === "┊") ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `${12 * devicePixelRatio}px sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "bottom";
  ctx.fillText(mark.sign, x, bbox.top - devicePixelRatio);
  ctx.restore();
}

interface Label {
  readonly text: string;
  /** What is drawn when the whole does not fit. */
  readonly short: string;
  readonly colour: string;
  y: number;
}

/** Pushes labels apart, downwards, so that none covers another. */
export function spread(labels: Label[], distance: number): Label[] {
  const sorted = labels.sort((a, b) => a.y - b.y);
  for (let index = 1; index < sorted.length; index += 1) {
    const above = sorted[index - 1];
    const here = sorted[index];
    if (above && here) here.y = Math.max(here.y, above.y + distance);
  }
  return sorted;
}

function fit(label: Label, widthMax: number, measure: (text: string) => number): string {
  if (measure(label.text) <= widthMax) return label.text;
  const text = label.short;
  if (measure(text) <= widthMax) return text;
  let length = text.length;
  while (length > 1 && measure(`${text.slice(0, length)}…`) > widthMax) length -= 1;
  return `${text.slice(0, length)}…`;
}

/** Names stand at the end of their lines, instead of a legend. */
function drawLabels(plot: uPlot, look: ChartLook, gutterWidth: number): void {
  const { ctx, bbox } = plot;
  const labels = look.lines.flatMap((line, index): Label[] => {
    const values = Array.from(plot.data[index + 1] ?? []);
    const last = values.findLast((value) => value !== null && value !== undefined);
    if (last === null || last === undefined) return [];
    const value = look.format(last);
    return [
      {
        text: line.label ? `${line.label} ${value}` : value,
        short: line.label || value,
        colour: colour(line.faint ? "--quiet" : (colours[index % colours.length] ?? "--series-1")),
        y: plot.valToPos(last, "y", true),
      },
    ];
  });
  if (look.threshold !== null)
    labels.push({
      text: `┄ ${look.format(look.threshold)}`,
      short: look.format(look.threshold),
      colour: colour("--red"),
      y: plot.valToPos(look.threshold, "y", true),
    });
  ctx.save();
  ctx.font = `${12 * devicePixelRatio}px sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const label of spread(labels, labelHeight * devicePixelRatio)) {
    ctx.fillStyle = label.colour;
    const text = fit(label, (gutterWidth - 8) * devicePixelRatio, (part) => ctx.measureText(part).width);
    ctx.fillText(text, bbox.left + bbox.width + 6 * devicePixelRatio, label.y);
  }
  ctx.restore();
}

function readCursor(plot: uPlot, look: ChartLook): void {
  if (!look.readout) return;
  const index = plot.cursor.idx;
  const at = index === null || index === undefined ? undefined : plot.data[0][index];
  if (at === undefined || index === null || index === undefined) {
    look.readout.textContent = "";
    return;
  }
  const values = look.lines.map(
    (line, row) => `${look.lines.length > 1 ? `${line.label} ` : ""}${look.format(plot.data[row + 1]?.[index] ?? null)}`,
  );
  look.readout.textContent = [clockLabels([at], look.language)[0], ...values].join(" · ");
}

/** The scale holds the threshold and the band too, and begins at zero where the values are near it. */
export function yRange(least: number | null, most: number | null, more: readonly number[]): [number, number] {
  const all = [least ?? 0, most ?? 1, ...more];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const bottom = low >= 0 && low < high * 0.6 ? 0 : low;
  return high === bottom ? [bottom, bottom + 1] : [bottom, high + (high - bottom) * 0.08];
}

/** How a chart of time is drawn: no legend, names at the lines, marks above, one cursor for all. */
export function chartOptions(look: ChartLook): uPlot.Options {
  const gutterWidth = look.width < gutter.narrowBelow ? gutter.narrow : gutter.wide;
  const quiet = colour("--quiet");
  const grid = { stroke: colour("--line"), width: 1 };
  const more = [...(look.threshold === null ? [] : [look.threshold]), ...(look.band ?? [])];
  const font = "12px sans-serif";
  return {
    width: look.width,
    height: look.height,
    padding: [16, gutterWidth, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: "incident" }, drag: { x: false, y: false }, points: { size: 6 }, y: false },
    scales: {
      x: { time: true, range: () => [look.span.from, look.span.to] },
      y: { range: (_, least, most) => yRange(least, most, more) },
    },
    axes: [
      { stroke: quiet, grid: { show: false }, ticks: { show: false }, size: 22, font, space: 64, values: (_, splits) => clockLabels(splits, look.language) },
      { stroke: quiet, grid, ticks: { show: false }, size: 60, font, space: 28, values: (_, splits) => splits.map((value) => look.format(value)) },
    ],
    series: [
      {},
      ...look.lines.map((line, index) => ({
        stroke: colour(line.faint ? "--line" : (colours[index % colours.length] ?? "--series-1")),
        width: line.faint ? 1 : 1.75,
        points: { show: false },
        spanGaps: false,
      })),
    ],
    hooks: {
      drawAxes: [(plot) => { if (look.band) drawBand(plot, look.band); }],
      draw: [
        (plot) => {
          if (look.threshold !== null) drawThreshold(plot, look.threshold);
          for (const mark of look.marks) drawMark(plot, mark);
          drawLabels(plot, look, gutterWidth);
        },
      ],
      setCursor: [(plot) => readCursor(plot, look)],
    },
  }; // prettier-ignore
}
