// oxlint-disable-next-line no-restricted-imports -- support of tests: only they import it
import { quietLog, startFakeHttp, startTestIssuer, type FakeHttp, type testDatabases, type TestIssuer } from "@sre/testkit";
import { CustomFormat, type WebhookReceipt } from "@sre/contracts/webhooks";
import { createMetrics, createOutboundFactory, createTokenVerifier, defaultTeamId, newUuid, systemClock } from "@sre/service-kit";
import { readConfig, type Settings } from "../config.ts";
import { openControlPlane, type ControlPlane } from "../control-plane.ts";
import { migrations } from "../migrations/index.ts";
import type { Tables } from "../migrations/tables.ts";
import { startFakeAssistant, type FakeAssistant } from "./fake-assistant.ts";

export type TestDatabase = (typeof testDatabases)[number];

export const allScopes = [
  "alerts:read", "incidents:read", "incidents:write", "diagnoses:write", "changes:read", "changes:write",
  "resources:read", "resources:write", "audit:read", "executions:read",
] as const; // prettier-ignore

/** A team that has nothing. */
export const otherTeamId = "00000000-0000-7000-8000-0000000000ff";
export const ingestToken = "ingest-token-of-the-tests";

/** A format that an operator might write, and a message in it. */
const sampleFormat = {
  key: "{/id}",
  name: "{/title}",
  status: { at: "/state", firing: ["on"], resolved: ["off"] },
  labels: { service: "{/service}" },
};
export const sampleCustomMessage = { id: 7, title: "Queue is long", state: "on", service: "sample" };

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: never;
}

interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Caller = (path: string, call?: Call) => Promise<Reply>;

/** Whose token: by default one of a person with all scopes and the roles to use them. */
interface TokenOf {
  readonly scopes?: readonly string[];
  readonly roles?: readonly string[];
  readonly teamId?: string;
  readonly subject?: string;
  /** The client that asks for itself. */
  readonly client?: string;
}

export interface Harness extends AsyncDisposable {
  readonly controlPlane: ControlPlane;
  readonly assistant: FakeAssistant;
  readonly alertmanager: FakeHttp;
  readonly url: string;
  readonly issuer: TestIssuer;
  /** Calls without credentials. */
  readonly anonymous: Caller;
  /** Calls with a token of a person or service. */
  as(input?: TokenOf): Promise<Caller>;
  token(input?: TokenOf): Promise<string>;
  send(alerts: readonly unknown[]): Promise<WebhookReceipt>;
  /** Stops the control plane and starts it again on the same database. */
  restart(): Promise<void>;
}

function callerAt(url: () => string, authorization: string | null): Caller {
  return async (path, { method, body, headers } = {}) => {
    const json = body === undefined ? {} : { "content-type": "application/json" };
    const credentials = authorization === null ? {} : { authorization };
    const payload = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
    const init = {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: { ...json, ...credentials, ...headers },
      redirect: "manual" as const,
      ...payload,
    };
    const response = await fetch(`${url()}${path}`, init);
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, text, body: (isJson && text !== "" ? JSON.parse(text) : null) as never };
  };
}

export function webhook(alerts: readonly unknown[]) {
  return { version: "4", groupKey: "{}", status: "firing", receiver: "sre", alerts };
}

/** Waits until `look` gives something; fails after `timeoutMs`. */
export async function eventually<T>(look: () => Promise<T | null | undefined | false>, timeoutMs = 15_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() > deadline) throw new Error("It did not happen in time.");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The silence that the fake Alertmanager knows. */
export const silenceId = "00000000-0000-4000-8000-00000000005e";

/** An Alertmanager with one silence, which hides one alert. */
function startFakeAlertmanager(): Promise<FakeHttp> {
  const [startsAt, endsAt] = ["2026-11-24T10:00:00.000Z", "2026-11-24T12:00:00.000Z"];
  const matchers = [{ name: "team", value: "payments", isRegex: false, isEqual: true }];
  const silences = [
    { id: silenceId, status: { state: "active" }, comment: "Database upgrade", createdBy: "Ada", startsAt, endsAt, matchers },
    { id: "over", status: { state: "expired" }, comment: "", createdBy: "Ada", startsAt, endsAt, matchers },
  ];
  const alerts = [
    { fingerprint: "a9", labels: { alertname: "SlowQueries", team: "payments" }, startsAt, status: { silencedBy: [silenceId] } },
  ];
  return startFakeHttp(({ method, path }) => {
    if (method === "POST") return { json: { silenceID: silenceId } };
    if (method === "DELETE") return { status: path.endsWith(silenceId) ? 200 : 404 };
    return { json: path.endsWith("/alerts") ? alerts : silences };
  });
}

/** The control plane on a database, with an issuer and a fake assistant. */
export async function openHarness(
  database: TestDatabase,
  overrides: { settings?: Partial<Settings>; env?: Record<string, string> } = {},
): Promise<Harness> {
  const stack = new AsyncDisposableStack();
  const issuer = await startTestIssuer();
  stack.defer(() => issuer.close());
  const clock = systemClock;
  const outbound = createOutboundFactory({ metrics: createMetrics("test"), log: quietLog, clock });
  const verifier = createTokenVerifier({
    issuer: issuer.issuer,
    audience: "assistant",
    roles: { claim: "roles", names: new Map(), services: new Map([["control-plane", "control-plane"]]) },
    outbound,
    clock,
  });
  const assistant = stack.use(await startFakeAssistant({ verifier, log: quietLog, clock, newId: newUuid }));
  const alertmanager = stack.use(await startFakeAlertmanager());
  const opened = stack.use(await database.open<Tables>(migrations));
  const read = readConfig({
    NODE_ENV: "test", HTTP_PORT: "0", OIDC_ISSUER: issuer.issuer, ASSISTANT_URL: assistant.url, ALERTMANAGER_URL: alertmanager.url, INGEST_TOKEN: ingestToken,
    OIDC_CLIENT_SECRET: "control-plane-secret", CONSOLE_CLIENT_SECRET: "console-client-secret", ...overrides.env,
  }); // prettier-ignore
  const customFormats = new Map([["sample", CustomFormat.parse(sampleFormat)]]);
  const config = { ...read, settings: { ...read.settings, customFormats, ...overrides.settings } };
  const open = () => openControlPlane(config, { log: quietLog, database: opened });
  let running = await open();
  stack.defer(() => running[Symbol.asyncDispose]());
  const url = () => running.url;
  const token = ({
    scopes = allScopes,
    teamId = defaultTeamId,
    subject = "oncall",
    roles = ["responder", "team-manager"],
    client,
  }: TokenOf = {}) => {
    const who = client === undefined ? { sub: subject, azp: "console", name: subject } : { sub: client, azp: client, client_id: client };
    return issuer.mint({ ...who, aud: "control-plane", scope: scopes.join(" "), team_id: teamId, realm_access: { roles } });
  };
  const sender = callerAt(url, `Bearer ${ingestToken}`);
  return {
    get controlPlane() {
      return running;
    },
    assistant,
    alertmanager,
    get url() {
      return running.url;
    },
    issuer,
    anonymous: callerAt(url, null),
    as: async (input) => callerAt(url, `Bearer ${await token(input)}`),
    token,
    send: async (alerts) => {
      const reply = await sender("/api/v1/webhooks/alertmanager", { body: webhook(alerts) });
      if (reply.status !== 200) throw new Error(`The webhook answered ${reply.status}: ${reply.text}`);
      return reply.body;
    },
    restart: async () => {
      await running[Symbol.asyncDispose]();
      running = await open();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
