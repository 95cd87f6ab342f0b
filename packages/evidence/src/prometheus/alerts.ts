import { byCodeUnit } from "@sre/contracts/canonical";
import { entityParts, type AlertsData, type QuestionOf } from "@sre/contracts/evidence";
import { SourceFailure, instantOf, type Asking, type Found } from "../source.ts";
import { gridOf, onGrid, type Grid } from "./grid.ts";
import { entityOfLabels, speaksOf } from "./placement.ts";
import { renderPromQL, select } from "./promql.ts";
import type { Tools } from "./tools.ts";

type Alert = AlertsData["alerts"][number];
const alertsMax = 500;
const pointsAimed = 240;
const stepSecondsMin = 15;
// /api/v1/alerts knows the present only.
const presentMs = 120_000;

function stepOf(window: { readonly from: string; readonly to: string }): number {
  const seconds = (Date.parse(window.to) - Date.parse(window.from)) / 1_000;
  return Math.min(3_600, Math.max(stepSecondsMin, Math.ceil(seconds / pointsAimed / stepSecondsMin) * stepSecondsMin));
}

interface Described {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (number | null)[];
}

/** An alert for each unbroken stretch; one that reaches the end of the window still stands. */
function alertsOf(tools: Tools, row: Described, { grid, cluster }: { grid: Grid; cluster: string }): Alert[] {
  const alerts: { first: number; last: number }[] = [];
  for (const [i, value] of row.values.entries()) {
    if (value === null) continue;
    const open = alerts.at(-1);
    if (open && open.last === i - 1) open.last = i;
    else alerts.push({ first: i, last: i });
  }
  const { labels } = row;
  const standing = labels["alertstate"] === "pending" ? ("pending" as const) : ("firing" as const);
  // What was only pending and is no more never was an alert, or stands as the firing one that followed.
  const lasting = alerts.filter(({ last }) => standing === "firing" || last === grid.points - 1);
  return lasting.map(({ first, last }) => {
    const ends = last < grid.points - 1;
    return {
      name: labels["alertname"] ?? "",
      entity: entityOfLabels(labels, tools.conventions.labels, cluster),
      state: ends ? ("resolved" as const) : standing,
      from: instantOf(grid.firstMs + first * grid.stepMs),
      to: ends ? instantOf(grid.firstMs + (last + 1) * grid.stepMs) : null,
      readings: [],
    };
  });
}

async function activeNow(
  tools: Tools,
  question: QuestionOf<"alerts">,
  { asking, cluster }: { asking: Asking; cluster: string },
): Promise<Alert[]> {
  const active = await tools.api.activeAlerts(asking);
  const mine = active.filter(
    ({ labels, state }) => state !== "inactive" && speaksOf(labels, question.in, tools.conventions.labels) === "yes",
  );
  const asOf = asking.context.asOf;
  return mine.map(({ labels, state, activeAt }) => ({
    name: labels["alertname"] ?? "",
    entity: entityOfLabels(labels, tools.conventions.labels, cluster),
    state: state === "pending" ? "pending" : "firing",
    from: activeAt && Number.isFinite(Date.parse(activeAt)) ? instantOf(Date.parse(activeAt)) : asOf,
    to: null,
    readings: [],
  }));
}

/** Alerts of a namespace or an entity over the window, from the ALERTS series; from /api/v1/alerts where none are kept. */
export async function answerAlerts(tools: Tools, question: QuestionOf<"alerts">, asking: Asking): Promise<Found> {
  const grid = gridOf(question.window, stepOf(question.window), asking.context.asOf);
  if (grid === null) throw new SourceFailure("not_recorded", "no whole step of the window lies before the time that is asked about");
  const cluster = entityParts(question.in).cluster || (tools.cluster ?? "");
  const isPresent = Date.parse(asking.context.asOf) - grid.lastMs < presentMs;
  // Asked at the same time, although only one of them is told: one call after the other would take twice as long.
  const active = isPresent ? activeNow(tools, question, { asking, cluster }) : Promise.resolve([]);
  active.catch(() => undefined);
  const firing = renderPromQL(select("ALERTS", [{ label: "alertstate", op: "=~", value: "firing|pending" }]));
  const { rows, cut } = await tools.api.range(firing, grid, asking);
  const mine = rows.filter(({ metric }) => speaksOf(metric, question.in, tools.conventions.labels) === "yes");
  const recorded = mine.flatMap(({ metric, values }) =>
    alertsOf(tools, { labels: metric, values: onGrid(values, grid) }, { grid, cluster }),
  );
  const alerts = rows.length > 0 ? recorded : await active;
  alerts.sort((a, b) => byCodeUnit(a.from, b.from) || byCodeUnit(a.name, b.name) || byCodeUnit(a.entity ?? "", b.entity ?? ""));
  const limited = cut || alerts.length > alertsMax;
  return {
    data: { about: "alerts", alerts: alerts.slice(0, alertsMax) },
    coverage: {
      from: instantOf(grid.firstMs - grid.stepMs),
      to: instantOf(grid.lastMs),
      complete: !limited,
      missing_share: 0,
      as_of: "then",
      ...(limited ? { truncated_by: "rows" as const } : {}),
    },
  };
}
