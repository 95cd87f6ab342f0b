import { assistantOperations, openApiDocument } from "@sre/contracts/assistant";
import { gatedOutbound, type SourceDeps } from "@sre/evidence";
import {
  createCache,
  createMetrics,
  createOutboundFactory,
  createTokenVerifier,
  newUuid,
  RuleBroken,
  startHttpServer,
  systemClock,
  type Authenticate,
  type Clock,
  type HealthCheck,
  type HttpServer,
  type Log,
  type Metrics,
  type NewId,
  type OutboundFactory,
  type TokenVerifier,
} from "@sre/service-kit";
import { openDatabase, openJobs, type Database } from "@sre/storage";
import { queues, type App, type OpenSource, type SessionJob } from "./app.ts";
import type { Config } from "./config.ts";
import { migrations } from "./migrations/index.ts";
import type { Tables } from "./migrations/tables.ts";
import { keepHouse, startHousekeeping } from "./sessions/housekeeping.ts";
import { sessionRoutes } from "./sessions/routes.ts";
import { runSession } from "./sessions/run-session.ts";
import { openControlPlaneClient, openSources } from "./sources/open-sources.ts";
import { openSnapshotFiles } from "./sources/snapshot-files.ts";
import { toolRoutes } from "./tools/routes.ts";
import { createDatabaseLeases, createMemoryLeases } from "./tools/slot-leases.ts";
import { createSourceGate } from "./tools/source-gate.ts";
import { createSourceStatistics } from "./tools/source-statistics.ts";

const version = "1.0.0";
/** Longest time limit that a request may name, and the time to spare after it. Seconds. */
const sessionJobSeconds = 600 + 120;
const housekeepingSeconds = 60;

/** What tests put in place of the real thing. */
export interface Replacements {
  readonly clock?: Clock;
  readonly newId?: NewId;
  readonly metrics?: Metrics;
  readonly database?: Database<Tables>;
  readonly verifier?: Pick<TokenVerifier, "verify">;
  readonly sources?: readonly OpenSource[];
}

/** A running assistant. */
export interface Assistant {
  readonly server: HttpServer;
  readonly app: App;
}

interface Foundation {
  readonly config: Config;
  readonly log: Log;
  readonly replaced: Replacements;
  readonly stack: AsyncDisposableStack;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly outbound: OutboundFactory;
}

function openEvidence(
  { config, log, replaced, stack, clock, metrics, outbound }: Foundation,
  gate: App["gate"],
): { sources: readonly OpenSource[]; check: HealthCheck[] } {
  const cache = createCache({ redisUrl: config.redisUrl ?? undefined, prefix: "assistant", metrics, log });
  stack.defer(() => cache.close());
  const capped = gatedOutbound(outbound, gate);
  const controlPlane = openControlPlaneClient(config, { outbound, capped, clock });
  if (controlPlane) stack.defer(() => controlPlane.close());
  else log.warn("without OIDC_CLIENT_SECRET the control plane cannot be asked");
  const deps: SourceDeps = { outbound: capped, cache, clock, log, ...(controlPlane ? { controlPlane: controlPlane.client } : {}) };
  const sources = replaced.sources ?? openSources(config.sources, deps);
  stack.defer(async () => void (await Promise.all(sources.map(({ source }) => source.close()))));
  return { sources, check: config.redisUrl ? [{ name: "redis", required: false, check: () => cache.check() }] : [] };
}

async function openStorage({ config, log, replaced, stack, metrics }: Foundation): Promise<Pick<App, "database" | "jobs">> {
  const database = replaced.database ?? stack.use(await openDatabase<Tables>({ config: config.database, migrations, log }));
  const attemptsMax = config.settings.retriesMax + 1;
  const jobs = await openJobs({
    database,
    queues: [
      { name: queues.sessions, attemptsMax, timeoutSeconds: sessionJobSeconds },
      { name: queues.housekeeping, attemptsMax: 1, timeoutSeconds: housekeepingSeconds },
    ],
    log,
    metrics,
  });
  stack.use(jobs);
  return { database, jobs };
}

function openGate({ replaced, stack, clock, log }: Foundation, database: Database<Tables>): App["gate"] {
  const holder = (replaced.newId ?? newUuid)();
  const leases = database.kind === "postgres" ? createDatabaseLeases({ database, holder, log }) : createMemoryLeases();
  const gate = createSourceGate({ leases, clock, log });
  stack.defer(() => gate.close());
  return gate;
}

function authenticateWith({ config, replaced, outbound, clock }: Foundation): Authenticate {
  const { callers, ...expected } = config.identity;
  const verifier =
    replaced.verifier ?? createTokenVerifier({ ...expected, outbound, clock, ...(callers ? { authorizedParties: callers } : {}) });
  return {
    async principal({ bearer, signal }) {
      if (bearer === null) throw new RuleBroken("unauthenticated", "This needs a bearer token.");
      return verifier.verify(bearer, signal);
    },
  };
}

/**
 * Opens the assistant: database, queues, sources, workers, and last its HTTP server. Everything is closed in reverse with
 * the stack. Throws a ConfigurationError or RuleBroken("unavailable") when it cannot start.
 */
export async function openAssistant(
  config: Config,
  given: { log: Log; stack: AsyncDisposableStack; replaced?: Replacements },
): Promise<Assistant> {
  const { log, stack, replaced = {} } = given;
  const clock = replaced.clock ?? systemClock;
  const metrics = replaced.metrics ?? createMetrics("assistant");
  const outbound = createOutboundFactory({ metrics, log, clock });
  const base: Foundation = { config, log, replaced, stack, clock, metrics, outbound };
  const { database, jobs } = await openStorage(base);
  const gate = openGate(base, database);
  const { sources, check } = openEvidence(base, gate);
  const statistics = createSourceStatistics(database, log);
  const app: App = {
    database, jobs, sources, statistics, clock, metrics, log,
    snapshots: openSnapshotFiles(config.snapshotDirectory), gate, running: new Map(), settings: config.settings, newId: replaced.newId ?? newUuid,
  }; // prettier-ignore
  const server = await serve(base, app, check);
  await jobs.work<SessionJob>(queues.sessions, { concurrency: config.settings.concurrentMax }, (job) => runSession(app, job));
  await jobs.work(queues.housekeeping, { concurrency: 1 }, () => keepHouse(app));
  stack.use(startHousekeeping(app));
  log.info({ url: server.url, sources: sources.map(({ source }) => source.name) }, "the assistant listens");
  return { server, app };
}

async function serve(base: Foundation, app: App, more: readonly HealthCheck[]): Promise<HttpServer> {
  const { config, log, clock, metrics, stack } = base;
  const server = await startHttpServer({
    service: "assistant",
    version,
    host: config.http.host,
    port: config.http.port,
    operations: assistantOperations,
    handlers: { ...sessionRoutes(app), ...toolRoutes(app) },
    openApi: openApiDocument("SRE Platform: assistant", version, assistantOperations),
    authenticate: authenticateWith(base),
    checks: [
      { name: "database", required: true, check: (signal) => app.database.check(signal) },
      { name: "queue", required: true, check: () => app.jobs.check() },
      ...more,
    ],
    metrics,
    log,
    clock,
  });
  return stack.use(server);
}
