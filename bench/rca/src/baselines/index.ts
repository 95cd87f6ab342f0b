import type { Snapshot } from "@sre/contracts/evidence";
import type { RcaCase } from "../case.ts";
import type { Prediction } from "../prediction.ts";
import { baro } from "./baro.ts";
import { ranked, type Suspect } from "./ranking.ts";
import { largestDistance, largestRise, standardScaling, type Scaling } from "./scaling.ts";
import { rowsOf, sidesOf } from "./series.ts";
import { traversal } from "./traversal.ts";

type Strangeness = (values: readonly number[], scaling: Scaling) => number;

// What never moves on one of the two sides is left out, as the authors' packages do.
const moves = (values: readonly number[]): boolean => values.some((value) => value !== values[0]);

/** Scores each series of the window against the scope's baselines. */
function againstBaselines(snapshot: Snapshot, strangeness: Strangeness): Suspect[] {
  return rowsOf(snapshot).flatMap((row): Suspect[] => {
    const sides = sidesOf(row, snapshot.header);
    if (sides === null || !moves(sides.normal) || !moves(sides.strange)) return [];
    return [{ entity: row.of, fault: row.signal, score: strangeness(sides.strange, standardScaling(sides.normal)) }];
  });
}

/** Everything is as likely as everything else: the expected score of guessing. */
function anything(snapshot: Snapshot): Suspect[] {
  const known = new Set([...snapshot.entities, ...rowsOf(snapshot).map(({ of }) => of)]);
  return [...known].map((entity) => ({ entity, fault: "unknown", score: 0 }));
}

const alerting = ({ header }: Snapshot): Suspect[] => header.scope.entities.map((entity) => ({ entity, fault: "unknown", score: 0 }));

function latestChange(snapshot: Snapshot): Suspect[] {
  const changes = snapshot.answers.flatMap((answer) =>
    answer.kind === "answered" && answer.data.about === "changes" ? answer.data.changes : [],
  );
  return changes.map(({ id, entity, started_at: at }) => ({ entity, fault: "unknown", score: Date.parse(at), change: id }));
}

const baselines: Readonly<Record<string, (snapshot: Snapshot) => Suspect[]>> = {
  random: anything,
  "n-sigma": (snapshot) => againstBaselines(snapshot, largestRise),
  "largest z-score": (snapshot) => againstBaselines(snapshot, largestDistance),
  baro,
  "anomaly traversal": traversal,
  "alerting object": alerting,
  "latest change": latestChange,
};

/** What every baseline says of one run. They know the evidence of the snapshot and the windows of its scope. */
export function baselinePredictions(one: RcaCase, nowMs: () => number): Prediction[] {
  return Object.entries(baselines).map(([method, suspects]) => {
    const started = nowMs();
    const answers = ranked(suspects(one.snapshot));
    const ms = Math.round((nowMs() - started) * 10) / 10;
    const nothing = { verdict: null, plan_steps: null, digest: "", left_out: [], engine: "" };
    return { system: one.system, case: one.id, run: one.run, method, ranked: answers, ms, ...nothing };
  });
}
