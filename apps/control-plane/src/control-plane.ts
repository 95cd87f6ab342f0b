import { randomBytes } from "node:crypto";
import { assistantOperations } from "@sre/contracts/assistant";
import { controlPlaneOperations, openApiDocument } from "@sre/contracts/control-plane";
import {
  createApiClient, createClientCredentials, createMailFactory, createMetrics, createOutboundFactory, createTokenVerifier, currentTraceId, defaultTeamId, newUuid, startHttpServer, systemClock, systemContext,
  type Clock, type HttpServer, type Log, type MailFactory, type NewId, type OutboundFactory, type TokenVerifier,
} from "@sre/service-kit"; // prettier-ignore
import { openDatabase, openJobs, type Database } from "@sre/storage";
import type { App } from "./app.ts";
import type { Config } from "./config.ts";
import { diagnosisQueues, workOnDiagnoses } from "./diagnoses/diagnosis-jobs.ts";
import { createEventSignal } from "./events/event-signal.ts";
import { forgetOldEvents } from "./events/forget-old-events.ts";
import { consoleDirectory, consoleFiles } from "./http/console-files.ts";
import { controlPlaneRoutes } from "./http/routes.ts";
import { migrations } from "./migrations/index.ts";
import type { Tables } from "./migrations/tables.ts";
import { notificationQueues, workOnNotifications } from "./notifications/notification-jobs.ts";
import { openReceivers } from "./notifications/receivers.ts";
import { watchNoise } from "./noise/watch-noise.ts";
import { senderQueues, workOnSenders } from "./senders/ask-sender.ts";
import { openSnsVerifier } from "./alerts/sns/verify-sns.ts";
import { openAlertmanager } from "./silences/alertmanager.ts";
import { authentication } from "./people/authenticate.ts";
import { cookiesFor } from "./people/cookies.ts";
import { startIssuer } from "./people/development-issuer.ts";
import { createIssuerClient, personScopes } from "./people/issuer-client.ts";
import type { People } from "./people/people.ts";
import { watchOwnPresence } from "./watchdogs/report-gap.ts";
import { watchForSilence } from "./watchdogs/report-silence.ts";
import { createDependencyCache } from "./resources/dependency-cache.ts";
import { loadTopologyFile } from "./resources/load-topology-file.ts";

const service = "control-plane";
const version = "0.1.0";
/** Of the API: what the committed document says. */
const apiVersion = "1.0.0";
/** Scopes that this service asks for when it calls the assistant. */
const assistantScopes = ["diagnostics:run", "diagnostics:read"];
const assistantLimits = { deadlineMs: 10_000, responseBytesMax: 64 * 1024 * 1024, attemptsMax: 3, connectionsMax: 32 } as const;

/** What may be handed in instead of the real thing. */
export interface Parts {
  readonly log: Log;
  readonly clock?: Clock;
  readonly newId?: NewId;
  /** A database that is open already; it is not closed with the control plane. */
  readonly database?: Database<Tables>;
}

export interface ControlPlane extends AsyncDisposable {
  readonly url: string;
  readonly server: HttpServer;
  readonly app: App;
}

function assistantClient(config: Config, outbound: OutboundFactory, clock: Clock): App["assistant"] {
  const { issuer, client } = config.identity;
  const credentials =
    client &&
    createClientCredentials({
      issuer,
      clientId: client.id,
      clientSecret: client.secret,
      audience: config.assistant.audience,
      scopes: assistantScopes,
      outbound,
      clock,
    });
  const authorization = credentials ? { authorization: async () => `Bearer ${await credentials.token()}` } : {};
  return createApiClient(
    assistantOperations,
    outbound({ name: "assistant", baseUrl: config.assistant.url, ...authorization, ...assistantLimits }),
  );
}

function openNotifications(
  { notificationRules: rules, settings }: Config,
  {
    outbound,
    mail,
    publicUrl,
    stack,
  }: { outbound: OutboundFactory; mail: MailFactory; publicUrl: () => string; stack: AsyncDisposableStack },
): App["notifications"] {
  if (rules === null) return null;
  const receivers = openReceivers(rules, { outbound, mail });
  for (const receiver of receivers.values()) stack.use(receiver);
  const attemptsMax = settings.notificationAttemptsMax;
  return { rules, receivers, attemptsMax, incidentUrl: (incidentId) => `${publicUrl()}/incidents/${incidentId}` };
}

function tokenVerifier(
  { issuer, audience, roles, personScopesInToken }: Config["identity"],
  outbound: OutboundFactory,
  clock: Clock,
): TokenVerifier {
  return createTokenVerifier({ issuer, audience, roles, outbound, clock, ...(personScopesInToken ? {} : { personScopes }) });
}

interface Opened {
  readonly app: App;
  readonly config: Config;
  readonly verifier: TokenVerifier;
}

async function serve({ app, config, verifier }: Opened): Promise<HttpServer> {
  const { identity, http } = config;
  let listening = `http://${http.host}:${http.port}`;
  const publicUrl = () => http.publicUrl ?? listening;
  const newSecret = () => randomBytes(32).toString("base64url");
  const issuer =
    identity.console &&
    createIssuerClient({
      issuer: identity.issuer,
      credentials: identity.console,
      scopes: identity.personScopesInToken ? personScopes : [],
      verifier,
    });
  const people: People = { app, issuer, publicUrl, cookies: () => cookiesFor(publicUrl()), newSecret };
  const directory = consoleDirectory(config.consoleDirectory);
  const server = await startHttpServer({
    service,
    version,
    host: http.host,
    port: http.port,
    operations: controlPlaneOperations,
    handlers: controlPlaneRoutes(app, people),
    openApi: openApiDocument("SRE Platform: control plane", apiVersion, controlPlaneOperations),
    authenticate: authentication(people, { verifier, ingestToken: identity.ingestToken }),
    checks: [
      { name: "database", required: true, check: (signal) => app.database.check(signal) },
      { name: "jobs", required: true, check: () => app.jobs.check() },
      { name: "issuer", required: false, check: () => verifier.check() },
    ],
    metrics: app.metrics,
    log: app.log,
    clock: app.clock,
    ...(directory === null ? {} : { plugins: consoleFiles(directory, newSecret) }),
  });
  listening = server.url;
  return server;
}

/** Opens everything in order and serves; disposing closes it in reverse. */
export async function openControlPlane(config: Config, parts: Parts): Promise<ControlPlane> {
  await using stack = new AsyncDisposableStack();
  const { log, clock = systemClock, newId = newUuid } = parts;
  const metrics = createMetrics(service);
  const outbound = createOutboundFactory({ metrics, log, clock });
  if (config.developmentIssuer) stack.use(await startIssuer(config, config.developmentIssuer));
  const database = parts.database ?? stack.use(await openDatabase<Tables>({ config: config.database, migrations, log }));
  const jobs = stack.use(
    await openJobs({
      database,
      queues: [...diagnosisQueues(config.settings), ...notificationQueues(config.settings.notificationAttemptsMax), ...senderQueues],
      log,
      metrics,
    }),
  );
  let listening = "";
  const publicUrl = () => config.http.publicUrl ?? listening;
  const app: App = {
    database,
    jobs,
    assistant: assistantClient(config, outbound, clock),
    events: createEventSignal(),
    settings: config.settings,
    dependencies: createDependencyCache(clock),
    alertmanager: config.alertmanager && stack.use(openAlertmanager(config.alertmanager, outbound)),
    verifySns: config.sns && openSnsVerifier(config.sns, { outbound, stack }),
    notifications: openNotifications(config, { outbound, mail: createMailFactory({ metrics, log, clock }), publicUrl, stack }),
    clock,
    newId,
    log,
    metrics,
  };
  const system = () =>
    systemContext({ teamId: defaultTeamId, traceId: currentTraceId(), at: clock.now(), log, name: service, scopes: ["resources:write"] });
  if (config.topologyFile !== null) await loadTopologyFile(app, system(), config.topologyFile);
  const server = stack.use(await serve({ app, config, verifier: tokenVerifier(config.identity, outbound, clock) }));
  listening = server.url;
  await workOnDiagnoses(app);
  await workOnSenders(app);
  stack.use(await workOnNotifications(app));
  stack.use(forgetOldEvents(app));
  stack.use(watchForSilence(app));
  stack.use(watchOwnPresence(app));
  stack.use(watchNoise(app));
  log.info({ url: server.url, database: database.kind }, "control plane listening");
  const opened = stack.move();
  return { url: server.url, server, app, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
