import { basename, join } from "node:path";
import { z } from "zod";
import { canonicalJson } from "@sre/contracts/canonical";
import type { Adapter, CaseOnDisk, RcaCase } from "../../case.ts";
import { alertOf, snapshotOf, windowOf } from "../answers.ts";
import { caseFolders, directoriesWithCases, holds, readJson } from "../directories.ts";
import { cut, laidUntil, measuredAnswers, readRecording, stepMs, type Recording } from "./measures.ts";
import { nodeEntity, topologyOf } from "./nodes.ts";

const system = "petshop";
const TopologyFile = z.object({ edges: z.array(z.tuple([z.string(), z.string()])) });
const AlertFile = z.object({ node: z.string(), metric: z.string(), agg: z.string(), timestamp: z.number() });
type AlertFile = z.infer<typeof AlertFile>;

interface Moment {
  readonly alert: AlertFile;
  readonly asOfMs: number;
  readonly window: Recording;
  /** What was normal before the window; null where nothing was recorded. */
  readonly before: Recording | null;
  readonly edges: readonly (readonly [string, string])[];
}

/** One alert, with what had been measured until `asOfMs`. */
function caseAt(name: Pick<RcaCase, "id" | "run">, moment: Moment): RcaCase {
  const { alert: told, asOfMs, edges } = moment;
  const window = { ...moment.window, rows: moment.window.rows.filter(({ atMs }) => atMs <= asOfMs) };
  const recorder = { source: system, asOfMs };
  const firstMs = (window.rows[0]?.atMs ?? asOfMs) - stepMs;
  const before = moment.before?.rows.length ? moment.before : null;
  const recordings = before === null ? [window] : [before, window];
  const measured = recordings.flatMap(({ columns }) => columns.map(({ node }) => node));
  const labels = { node: told.node, metric: told.metric, agg: told.agg };
  const alert = alertOf({ name: `${told.metric} ${told.agg}`, entity: nodeEntity(told.node), atMs: told.timestamp * 1_000, labels });
  const answers = measuredAnswers(recorder, recordings);
  const baselines = before === null ? [] : [windowOf((before.rows[0]?.atMs ?? firstMs) - stepMs, firstMs)];
  const rest = { ...topologyOf(edges, measured), answers };
  return {
    ...name,
    system,
    notLive: new Set(),
    snapshot: snapshotOf({ recorder, alert, window: windowOf(firstMs, asOfMs), baselines, rest }),
  };
}

// The normal stretch was recorded in another month. The product compares with what was just before, so it is laid to end where the window begins.
function normalBefore(normal: Recording | null, window: Recording): Recording | null {
  const firstMs = window.rows[0]?.atMs;
  return normal === null || firstMs === undefined ? null : laidUntil(normal, firstMs - stepMs);
}

async function normalOf(scenario: string): Promise<Recording | null> {
  return (await holds(scenario, ["baseline.csv"])) ? readRecording(join(scenario, "baseline.csv")) : null;
}

/** A case twice: as of the window's end, as the published methods read it, and as of the alert. */
async function loadCase(scenario: string, folder: string): Promise<RcaCase[]> {
  const [{ edges }, alert] = await Promise.all([
    readJson(join(scenario, "topology.json"), TopologyFile),
    readJson(join(folder, "alert.json"), AlertFile),
  ]);
  const [window, normal] = await Promise.all([readRecording(join(folder, "window.csv")), normalOf(scenario)]);
  const id = basename(folder);
  const common = { alert, window, before: normalBefore(normal, window), edges };
  const endMs = window.rows.at(-1)?.atMs ?? alert.timestamp * 1_000;
  return [
    caseAt({ id, run: "window-end" }, { ...common, asOfMs: endMs }),
    caseAt({ id, run: "at-alert" }, { ...common, asOfMs: alert.timestamp * 1_000 }),
  ];
}

const windowRows = 5;
/** So much normal operation stands before each window that is cut from it. */
const rowsBeforeMin = 48;
const normalWindows = 20;

/** Windows of normal operation, evenly spread, each with an alert like those of the scenario's cases: nothing is wrong in them. */
function normalCases(scenario: string, input: { normal: Recording; edges: Moment["edges"]; alerts: readonly AlertFile[] }): RcaCase[] {
  const { normal, edges, alerts } = input;
  const room = normal.rows.length - windowRows - rowsBeforeMin;
  if (room < 0) return [];
  return Array.from({ length: Math.min(normalWindows, room + 1) }, (_, i) => {
    const first = rowsBeforeMin + Math.floor((i * room) / Math.max(1, normalWindows - 1));
    const window = cut(normal, first, first + windowRows);
    const like = alerts[i % alerts.length];
    const timestamp = ((window.rows[1]?.atMs ?? 0) + stepMs / 2) / 1_000;
    const alert = { node: "", metric: "", agg: "", ...like, timestamp };
    const moment = { alert, window, before: cut(normal, 0, first), edges, asOfMs: window.rows.at(-1)?.atMs ?? 0 };
    return caseAt({ id: `normal/${basename(scenario)}`, run: `normal-${String(i + 1).padStart(2, "0")}` }, moment);
  });
}

/** One alert of each kind that the scenario's cases know: where and of what, never when. */
async function loadNormal(scenario: string, folders: readonly string[]): Promise<RcaCase[]> {
  const normal = await normalOf(scenario);
  if (normal === null || folders.length === 0) return [];
  const { edges } = await readJson(join(scenario, "topology.json"), TopologyFile);
  const files = await Promise.all(folders.map((folder) => readJson(join(folder, "alert.json"), AlertFile)));
  const kinds = new Map(files.map((alert) => [canonicalJson([alert.node, alert.metric, alert.agg]), alert]));
  const alerts = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, alert]) => alert);
  return normalCases(scenario, { normal, edges, alerts });
}

async function scenarioCases(scenario: string): Promise<CaseOnDisk[]> {
  const folders = await caseFolders(scenario, ["alert.json", "window.csv"]);
  const faults = folders.map((folder): CaseOnDisk => ({ system, id: basename(folder), load: () => loadCase(scenario, folder) }));
  const normal: CaseOnDisk = { system, id: `normal/${basename(scenario)}`, load: () => loadNormal(scenario, folders) };
  return folders.length === 0 ? [] : [...faults, normal];
}

/** The PetShop data set (Hardt et al., 2023): node metrics in 5-minute steps and a call graph. */
export const petshopAdapter: Adapter = {
  name: system,
  async find(directory) {
    const candidates = await directoriesWithCases(directory);
    const own = await Promise.all(candidates.map((candidate) => holds(candidate, ["topology.json"])));
    const found = await Promise.all(candidates.filter((_, i) => own[i]).map(scenarioCases));
    return found.flat();
  },
};
