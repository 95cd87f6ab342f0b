import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { diagnose } from "@sre/diagnosis";
import { quantile, report } from "../../src/figures.ts";
import { generateEstate, type EstateSize } from "./generated/estate.ts";
import { logLogPlot } from "./log-log-plot.ts";

const perService: Omit<EstateSize, "services"> = { seriesPerService: 20, objectsPerService: 15, logLinesPerService: 500 };
const sizes = [25, 50, 100, 200];
const runs = 20;

/** Milliseconds of processor that one diagnosis of an estate takes, run by run, once the code is warm. */
function computeMs(services: number): number[] {
  return Array.from({ length: runs + 3 }, (_, run) => {
    const { scope, answers } = generateEstate(run, { services, ...perService });
    const before = process.cpuUsage();
    diagnose(scope, answers);
    const used = process.cpuUsage(before);
    return (used.user + used.system) / 1_000;
  }).slice(3);
}

/** Slope of the least-squares line through the logarithms: 1 means that twice the evidence takes twice the time. */
function logLogSlope(points: readonly (readonly [size: number, ms: number])[]): number {
  const logs = points.map(([size, ms]) => [Math.log(size), Math.log(ms)] as const);
  const mean = (at: 0 | 1) => logs.reduce((sum, point) => sum + point[at], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  return logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

const figures = sizes.map((services) => {
  const measured = computeMs(services);
  return { services, median: quantile(measured, 0.5), p95: quantile(measured, 0.95) };
});
for (const { services, median, p95 } of figures)
  report(`compute of a diagnosis, ${services} services, p95 of ${runs} (median ${median.toFixed(0)} ms)`, p95, {
    ...(services === 100 ? { max: 500 } : {}),
    unit: "ms",
  });
report("log-log slope of the median over the sizes", logLogSlope(figures.map(({ services, median }) => [services, median])), {
  max: 1.15,
  unit: "",
});

const { plot } = parseArgs({ options: { plot: { type: "string" } } }).values;
if (plot !== undefined)
  writeFileSync(
    plot,
    logLogPlot({
      title: "Processor time of one diagnosis",
      xLabel: "services (20 series, 15 objects and 500 log lines each)",
      yLabel: "milliseconds",
      lines: [
        { label: "p95", points: figures.map(({ services, p95 }) => [services, p95]) },
        { label: "median", points: figures.map(({ services, median }) => [services, median]) },
      ],
      limit: { y: 500, label: "at most, at 100 services" },
    }),
  );
