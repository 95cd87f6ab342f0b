/** A measured line of a plot whose both axes are logarithmic. */
interface PlotLine {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly PlotLine[];
  /** A horizontal line that must not be crossed. */
  readonly limit: { readonly y: number; readonly label: string };
}

const [width, height] = [640, 400] as const;
const frame = { left: 70, right: 130, top: 40, bottom: 50 } as const;
const colours = ["#1d4ed8", "#b45309", "#15803d"] as const;

type Scale = (value: number) => number;

function logScale([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  return (value) => from + ((Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (to - from);
}

const text = ([x, y]: readonly [number, number], words: string, more = "") =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${words}</text>`;

function axisOf(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values) * 0.8, Math.max(...values) * 1.25];
}

function drawnLine({ label, points }: PlotLine, colour: string, { x, y }: { x: Scale; y: Scale }): string {
  const at = points.map(([a, b]) => [x(a), y(b)] as const);
  const dots = at.map(([a, b]) => `<circle cx="${a.toFixed(1)}" cy="${b.toFixed(1)}" r="3.5" fill="${colour}"/>`);
  const path = at.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join(" ");
  const [endX, endY] = at.at(-1) ?? [0, 0];
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join("")}${text([endX + 8, endY + 4], label, `fill="${colour}"`)}`;
}

/** An SVG of measured lines over logarithmic axes, with a mark at each measured size and at each decade's 1, 2 and 5. */
export function logLogPlot({ title, xLabel, yLabel, lines, limit }: Plot): string {
  const points = lines.flatMap((line) => line.points);
  const sizes = [...new Set(points.map(([a]) => a))];
  const yRange = axisOf([...points.map(([, b]) => b), limit.y]);
  const x = logScale(axisOf(sizes), [frame.left, width - frame.right]);
  const y = logScale(yRange, [height - frame.bottom, frame.top]);
  const ticks = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000].filter((one) => one >= yRange[0] && one <= yRange[1]);
  const rule = (at: number, stroke: string) =>
    `<line x1="${frame.left}" x2="${width - frame.right}" y1="${y(at).toFixed(1)}" y2="${y(at).toFixed(1)}" ${stroke}/>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img" aria-label="${title}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text([frame.left, 22], title, 'font-size="14" font-weight="600"'),
    ...ticks.map((tick) => rule(tick, 'stroke="#e5e7eb"') + text([frame.left - 8, y(tick) + 4], String(tick), 'text-anchor="end"')),
    ...sizes.map((size) => text([x(size), height - frame.bottom + 20], String(size), 'text-anchor="middle"')),
    text([(frame.left + width - frame.right) / 2, height - 12], xLabel, 'text-anchor="middle"'),
    text([18, (frame.top + height - frame.bottom) / 2], yLabel, `text-anchor="middle" transform="rotate(-90 18 ${(frame.top + height - frame.bottom) / 2})"`),
    rule(limit.y, 'stroke="#b91c1c" stroke-dasharray="5 4"') + text([frame.left + 6, y(limit.y) - 6], limit.label, 'fill="#b91c1c"'),
    ...lines.map((line, i) => drawnLine(line, colours[i % colours.length] ?? colours[0], { x, y })),
    "</svg>\n",
  ].join("\n"); // prettier-ignore
}
