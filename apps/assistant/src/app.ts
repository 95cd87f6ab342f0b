import type { Clock, Log, Metrics, NewId } from "@sre/service-kit";
import type { Database, Jobs } from "@sre/storage";
import type { EvidenceSource, InFlightGate } from "@sre/evidence";
import type { Settings } from "./config.ts";
import type { Tables } from "./migrations/tables.ts";
import type { SnapshotFiles } from "./sources/snapshot-files.ts";
import type { SourceStatistics } from "./tools/source-statistics.ts";

/** The gate in front of the sources, and how many calls it has let in. */
export interface SourceGate extends InFlightGate {
  inFlight(source: string): number;
  close(): Promise<void>;
}

/** A source and how many calls it may have at once. */
export interface OpenSource {
  readonly source: EvidenceSource;
  readonly inFlightMax: number;
}

/** What every verb works with; opened once by the composition. */
export interface App {
  readonly database: Database<Tables>;
  readonly jobs: Jobs;
  readonly sources: readonly OpenSource[];
  readonly snapshots: SnapshotFiles;
  readonly gate: SourceGate;
  readonly statistics: SourceStatistics;
  /** Sessions that run in this process, so that a cancellation stops them at once. */
  readonly running: Map<string, AbortController>;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly metrics: Metrics;
  readonly log: Log;
}

export const queues = { sessions: "sessions", housekeeping: "housekeeping" } as const;

/** What the queue `sessions` carries. */
export interface SessionJob {
  readonly teamId: string;
  readonly sessionId: string;
}
