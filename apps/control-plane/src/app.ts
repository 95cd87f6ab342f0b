import type { assistantOperations } from "@sre/contracts/assistant";
import type { ApiClient, Clock, Log, Metrics, NewId } from "@sre/service-kit";
import type { Database, Jobs } from "@sre/storage";
import type { VerifySns } from "./alerts/sns/verify-sns.ts";
import type { AuditProof } from "./audit/open-proof.ts";
import type { Settings } from "./config.ts";
import type { EventSignal } from "./events/event-signal.ts";
import type { Alertmanager } from "./silences/alertmanager.ts";
import type { Tables, Tx } from "./migrations/tables.ts";
import type { DependencyCache } from "./resources/dependency-cache.ts";
import type { Notifications } from "./notifications/notifications.ts";

/** What every verb works with; opened once by the composition. */
export interface App {
  readonly database: Database<Tables>;
  readonly jobs: Jobs;
  readonly assistant: ApiClient<typeof assistantOperations>;
  readonly events: EventSignal;
  readonly settings: Settings;
  readonly dependencies: DependencyCache;
  /** Null where none is configured. */
  readonly alertmanager: Alertmanager | null;
  /** Null where the signatures of Amazon SNS are not asked for. */
  readonly verifySns: VerifySns | null;
  /** Null where nobody is told of anything. */
  readonly notifications: Notifications | null;
  /** What proves the audit log to whoever does not trust the database. */
  readonly proof: AuditProof;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Runs `work` in one transaction; after its commit, waiting event streams look for what is new. */
export async function transact<T>(app: App, work: (tx: Tx) => Promise<T>): Promise<T> {
  const result = await app.database.transaction(work);
  app.events.wake();
  return result;
}
