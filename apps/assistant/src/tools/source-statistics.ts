import { byCodeUnit } from "@sre/contracts/canonical";
import type { TeamId } from "@sre/contracts/shared";
import type { Log } from "@sre/service-kit";
import type { Database } from "@sre/storage";
import type { Tables } from "../migrations/tables.ts";
import type { SourceCall } from "../sources/observed-source.ts";
import { bucketOf } from "./latency.ts";
import { addSourceCalls, upsertSourceStates } from "./store.ts";

const hourMs = 3_600_000;
const detailCharactersMax = 500;
/** Calls held in memory before they are written; beyond it the oldest are dropped, because counting must never stop a diagnosis. */
const heldMax = 10_000;

interface Noted extends SourceCall {
  readonly teamId: TeamId;
}

/** Counts calls to sources: noted in memory, written in one batch. */
export interface SourceStatistics {
  note(teamId: TeamId, call: SourceCall): void;
  /** Writes what was noted; a failure is logged and the calls are kept for the next time. Never rejects. */
  flush(): Promise<void>;
}

/** A question that nobody asked a source in earnest says nothing about the source. */
const saysNothing = new Set(["not_configured", "cancelled"]);
/** The source worked, although there was nothing to be had. */
const workedWithoutData = new Set(["answered", "not_recorded", "unknown_signal"]);
export const worked = (outcome: string): boolean => workedWithoutData.has(outcome);

// A detail may quote a peer: what a text column refuses is taken out.
const storable = (text: string | null) => text?.replaceAll(/[\p{Cc}\p{Cs}]/gu, " ").slice(0, detailCharactersMax) ?? null;

function callRows(noted: readonly Noted[]) {
  const counts = new Map<string, { teamId: TeamId; source: string; hour: Date; outcome: string; bucket: number; calls: number }>();
  for (const { teamId, source, outcome, tookMs, at } of noted) {
    const hour = new Date(Math.floor(at.getTime() / hourMs) * hourMs);
    const row = { teamId, source, hour, outcome, bucket: bucketOf(tookMs), calls: 0 };
    const key = `${teamId} ${source} ${hour.toISOString()} ${outcome} ${row.bucket}`;
    const known = counts.get(key) ?? row;
    counts.set(key, { ...known, calls: known.calls + 1 });
  }
  const sorted = [...counts].sort(([a], [b]) => byCodeUnit(a, b)).map(([, row]) => row);
  return sorted.map(({ teamId, ...row }) => ({ team_id: teamId, ...row }));
}

function stateRows(noted: readonly Noted[]) {
  const states = new Map<string, { last: Noted; answeredAt: Date | null }>();
  for (const call of noted) {
    const key = `${call.teamId} ${call.source}`;
    const answeredAt = worked(call.outcome) ? call.at : (states.get(key)?.answeredAt ?? null);
    states.set(key, { last: call, answeredAt });
  }
  const sorted = [...states].sort(([a], [b]) => byCodeUnit(a, b)).map(([, state]) => state);
  return sorted.map(({ last, answeredAt }) => ({
    team_id: last.teamId,
    source: last.source,
    last_answer_at: answeredAt,
    last_call_at: last.at,
    last_outcome: last.outcome,
    last_detail: storable(last.detail),
  }));
}

export function createSourceStatistics(database: Database<Tables>, log: Log): SourceStatistics {
  let held: Noted[] = [];
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const noted = held;
    held = [];
    if (noted.length === 0) return;
    try {
      await database.transaction(async (tx) => {
        await addSourceCalls(tx, callRows(noted));
        await upsertSourceStates(tx, stateRows(noted));
      });
    } catch (error) {
      log.warn({ err: error, calls: noted.length }, "the statistics of sources were not written");
      held = [...noted, ...held].slice(-heldMax);
    }
  }

  return {
    note(teamId, call) {
      if (!saysNothing.has(call.outcome) && held.length < heldMax) held.push({ ...call, teamId });
    },
    flush: () => (writing = writing.then(write)),
  };
}
