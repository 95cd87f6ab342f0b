import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import type { Answer, ClusterObject, Edge, ScopeAlert, Snapshot, Window } from "@sre/contracts/evidence";
import { scopeOf } from "@sre/diagnosis";
import type { Adapter, CaseOnDisk, RcaCase } from "../../case.ts";
import { caseFolders, directoriesWithCases, readJson } from "../directories.ts";
import { alertAnswer, alertsOf, scopeAlert } from "./alerts.ts";
import { readToolCache, type ToolCall } from "./cache.ts";
import { changeAnswer } from "./changes.ts";
import { checkAnswers } from "./checks.ts";
import { topologyOf } from "./dependencies.ts";
import { eventAnswers } from "./events.ts";
import { namespaceId } from "./kinds.ts";
import { logAnswers } from "./logs.ts";
import { metricAnswers, readMetrics } from "./metrics.ts";
import { objectAnswers, objectsOf, readEstate, type Estate, type Recording } from "./objects.ts";
import { askedAlerts, scopeEntities } from "./scope.ts";
import { recorderInstant } from "./time.ts";

const source = "cloud-opsbench";
const AlertFile = z.object({ namespace: z.string().min(1), query: z.string() });
type AlertFile = z.infer<typeof AlertFile>;

interface Files {
  readonly id: string;
  readonly asked: AlertFile;
  readonly calls: readonly ToolCall[];
  /** The text of `metrics.csv`; null where the case has none. */
  readonly metrics: string | null;
}

function recordingOf({ asked, calls, id }: Files): Recording {
  const stamp = calls.find(({ tool }) => tool === "collection_timestamp")?.value;
  const collectedAt = typeof stamp === "string" ? recorderInstant(stamp) : null;
  if (collectedAt === null) throw new RangeError(`case ${id} does not say when it was recorded`);
  return { source, calls, namespace: asked.namespace, collectedAt };
}

interface Converted {
  readonly files: Files;
  readonly recording: Recording;
  readonly estate: Estate;
  readonly objects: readonly ClusterObject[];
  readonly edges: readonly Edge[];
}

function told({ files, recording, estate, objects, edges }: Converted, window: Window): { live: Answer[]; notLive: Answer[] } {
  const table = files.metrics === null ? null : readMetrics(files.metrics);
  const live = [
    ...objectAnswers(objects, estate, recording),
    ...eventAnswers(recording, window),
    ...logAnswers(recording, estate, window),
    alertAnswer(alertsOf(recording, estate), recording, window),
    changeAnswer(recording, { objects, edges, window }),
    ...(table === null ? [] : metricAnswers(table, recording, estate)),
  ];
  return { live, notLive: checkAnswers(recording) };
}

/** A case as a snapshot. Throws RangeError where it does not say when it was recorded. */
export function convertCase(files: Files): RcaCase {
  const recording = recordingOf(files);
  const estate = readEstate(recording);
  const objects = objectsOf(estate, recording);
  // An alert that knows no more than the namespace does not say what to look at.
  const fired = alertsOf(recording, estate)
    .flatMap(scopeAlert)
    .filter(({ entity }) => entity !== namespaceId(recording.namespace));
  const named = fired.length > 0 ? [] : scopeEntities(objects, recording);
  const alerts: ScopeAlert[] = fired.length > 0 ? fired : askedAlerts(files.asked.query, named, recording);
  const scope = scopeOf({ asOf: recording.collectedAt, alerts, entities: [], deployment: null });
  const window = { from: scope.baselines[0]?.from ?? scope.window.from, to: scope.window.to };
  const topology = topologyOf(recording, objects);
  const { live, notLive } = told({ files, recording, estate, objects, edges: topology.edges }, window);
  const header = { record: "header" as const, format: "sre-evidence" as const, version: 1 as const, scope };
  const snapshot: Snapshot = { header, ...topology, answers: [...live, ...notLive] };
  const system = `cloud-opsbench/${files.asked.namespace}`;
  return { system, id: files.id, run: "", snapshot, notLive: new Set(notLive.map(({ id }) => id)) };
}

async function loadCase(folder: string): Promise<RcaCase[]> {
  const asked = await readJson(join(folder, "alert.json"), AlertFile);
  const calls = readToolCache(await readFile(join(folder, "tool_cache.json"), "utf8"));
  const metrics = await readFile(join(folder, "metrics.csv"), "utf8").catch(() => null);
  return [convertCase({ id: basename(folder), asked, calls, metrics })];
}

async function caseOnDisk(folder: string): Promise<CaseOnDisk> {
  const { namespace } = await readJson(join(folder, "alert.json"), AlertFile);
  return { system: `cloud-opsbench/${namespace}`, id: basename(folder), load: () => loadCase(folder) };
}

/** Cloud-OpsBench: what read-only tools answered at the time of a fault in a Kubernetes namespace, as text dumps. */
export const cloudOpsBenchAdapter: Adapter = {
  name: "cloud-opsbench",
  async find(directory) {
    const candidates = await directoriesWithCases(directory);
    const found = await Promise.all(candidates.map((candidate) => caseFolders(candidate, ["alert.json", "tool_cache.json"])));
    return await Promise.all(found.flat().map(caseOnDisk));
  },
};
