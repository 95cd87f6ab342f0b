import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useLanguage } from "../app/language.ts";
import { onOneAxis, summaryOf, type Line, type Mark, type Span } from "./chart-model.ts";
import { chartOptions, type ChartLook } from "./chart-options.ts";
import "./time-chart.css";

export interface TimeChartProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly span: Span;
  readonly format: (value: number | null) => string;
  readonly marks?: readonly Mark[];
  readonly threshold?: number | null;
  readonly band?: readonly [number, number] | null;
  readonly height: number;
  /** Opens what the drawing was made of. */
  readonly onOpen?: () => void;
}

function useWidth() {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!place.current) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return { place, width };
}

/** What the lines come to, for readers who do not see the drawing. */
function TableTwin({ title, lines, format }: Pick<TimeChartProps, "title" | "lines" | "format">) {
  const { t } = useLanguage();
  return (
    <div className="unseen">
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            {[t("evidence.about"), t("common.least"), t("common.most"), t("common.last")].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(summaryOf).map((line) => (
            <tr key={line.label}>
              <th scope="row">{line.label || title}</th>
              <td>{format(line.least)}</td>
              <td>{format(line.most)}</td>
              <td>{format(line.last)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Lines over time with their marks; one cursor is shared by every chart of the page. */
export function TimeChart({ title, lines, span, format, marks = [], threshold = null, band = null, height, onOpen }: TimeChartProps) {
  const { t, language } = useLanguage();
  const scheme = useComputedColorScheme("light");
  const { place, width } = useWidth();
  const readout = useRef<HTMLParagraphElement>(null);
  // The drawing is made anew when what it shows has changed, not at every rendering of the page.
  const fingerprint = JSON.stringify([lines, span, marks, threshold, band]);
  useEffect(() => {
    if (!place.current || width === 0) return undefined;
    const { xs, ys } = onOneAxis(lines, span);
    const look: ChartLook = { lines, marks, threshold, band, span, width, height, language, format, readout: readout.current };
    const here = place.current;
    const plot = new uPlot(chartOptions(look), [xs, ...ys], here);
    here.dataset["drawnWidth"] = String(width);
    return () => plot.destroy();
  }, [fingerprint, width, height, scheme, language]);
  return (
    <figure className="chart">
      <figcaption className="chart-title">
        {onOpen ? (
          <button type="button" className="plain-button chart-open" onClick={onOpen}>
            {title}
          </button>
        ) : (
          <span>{title}</span>
        )}
        <p ref={readout} className="chart-readout quiet" aria-hidden="true" />
      </figcaption>
      {lines.every((line) => line.points.every(([, value]) => value === null)) ? <p className="small quiet">{t("chart.noData")}</p> : null}
      <div ref={place} className="chart-place" style={{ height }} aria-hidden="true" />
      <TableTwin title={title} lines={lines} format={format} />
    </figure>
  );
}
