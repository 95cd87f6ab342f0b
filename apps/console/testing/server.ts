import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { controlPlaneOperations, problemStatus, type ProblemCode } from "@sre/contracts/control-plane";
import type { GroupingFeedback } from "@sre/contracts/control-plane";
import { confirmedRun, freshState, incidentId, runId, summaryOf, type State } from "./fixture/incidents.ts";
import { freshFeedback, previewOf, settings } from "./fixture/correlation.ts";
import { freshNoise, routes, type Noise } from "./fixture/noise.ts";
import { auditLogs, verificationAfter } from "./fixture/audit.ts";
import { stormOf, type Weather } from "./fixture/storm.ts";
import { now } from "./fixture/build.ts";

const dist = join(import.meta.dirname, "..", "dist");
const port = Number(process.env["FIXTURE_PORT"] ?? 4188);
/** The policy that the control plane sends with the page. */
export const policy =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

type Ops = typeof controlPlaneOperations;
interface Session {
  readonly state: State;
  readonly noise: Noise;
  weather: Weather;
  feedback: GroupingFeedback[];
  tampered: boolean;
  readonly streams: Set<ServerResponse>;
  events: number;
}
const sessions = new Map<string, Session>();

function sessionOf(request: IncomingMessage): Session | null {
  const name = /sre_session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
  if (!name) return null;
  const session = sessions.get(name) ?? {
    state: freshState(),
    noise: freshNoise(),
    weather: "calm" as const,
    tampered: false,
    feedback: freshFeedback(),
    streams: new Set<ServerResponse>(),
    events: 0,
  };
  sessions.set(name, session);
  return session;
}

function problem(response: ServerResponse, code: ProblemCode, detail: string): void {
  const status = problemStatus[code];
  response.writeHead(status, { "content-type": "application/problem+json" });
  response.end(
    JSON.stringify({
      type: "about:blank",
      title: code,
      status,
      code,
      detail,
      next_step: "Reload the page.",
      retryable: false,
      trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
    }),
  );
}

/** Answers only what the contract allows: a fixture that drifts from it fails loudly. */
function reply(response: ServerResponse, name: keyof Ops, body: unknown): void {
  const responses = controlPlaneOperations[name].responses as Record<string, { parse(value: unknown): unknown }>;
  const [status = "200", schema] = Object.entries(responses)[0] ?? [];
  response.writeHead(Number(status), { "content-type": "application/json" });
  response.end(JSON.stringify(schema?.parse(body)));
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>) : {};
}

const text = (value: unknown) => (typeof value === "string" ? value : "");

function announce(session: Session, kind: string, [incident, diagnosis]: readonly [string, string?]): void {
  session.events += 1;
  const data = JSON.stringify({ id: String(session.events), kind, incident_id: incident, diagnosis_id: diagnosis ?? null });
  for (const stream of session.streams) stream.write(`id: ${session.events}\ndata: ${data}\n\n`);
}

function list(state: State, query: URLSearchParams) {
  const status = query.get("status");
  const search = query.get("search")?.toLowerCase() ?? "";
  const items = state.incidents.filter((incident) => {
    const fits = !status || (status === "open" ? incident.status !== "resolved" : incident.status === status);
    return (
      fits &&
      (!query.get("severity") || incident.severity === query.get("severity")) &&
      `#${incident.number} ${incident.title} ${incident.service}`.toLowerCase().includes(search)
    );
  });
  return { items: items.slice(0, Number(query.get("limit") ?? 50)), next_cursor: null };
}

function alertsOf(state: State, query: URLSearchParams) {
  const asked = (name: string) => query.get(name) ?? "";
  const items = state.alerts.filter(
    (alert) =>
      (asked("incident_id") === "" || alert.incident_id === asked("incident_id")) &&
      (asked("status") === "" || alert.status === asked("status")) &&
      (asked("severity") === "" || alert.severity === asked("severity")) &&
      (asked("held") === "" || alert.held === asked("held")) &&
      `${alert.name} ${alert.entity}`.toLowerCase().includes(asked("search").toLowerCase()),
  );
  return { items, next_cursor: null };
}

/** Answers what is about notifications, maintenance and quarantine; false when it is about something else. */
function readNoise(noise: Noise, response: ServerResponse, url: URL): boolean {
  const status = url.searchParams.get("status");
  const answers: Partial<Record<string, () => void>> = {
    "notification-routes": () => reply(response, "listNotificationRoutes", { items: noise.routes }),
    notifications: () =>
      reply(response, "listNotifications", {
        items: noise.notifications.filter((one) => !status || one.status === status),
        next_cursor: null,
      }),
    "maintenance-windows": () => reply(response, "listMaintenanceWindows", { items: noise.windows, next_cursor: null }),
    silences: () =>
      noise.alertmanager === "away"
        ? problem(response, "unavailable", "Alertmanager does not answer.")
        : reply(response, "listSilences", { alertmanager: noise.alertmanager, items: noise.silences }),
    "quarantined-alerts": () => reply(response, "listQuarantinedAlerts", { items: noise.quarantine, next_cursor: null }),
  };
  const answer = answers[url.pathname.split("/")[3] ?? ""];
  answer?.();
  return answer !== undefined;
}

function readAudit(session: Session, response: ServerResponse, url: URL): void {
  const { pathname, searchParams: query } = url;
  if (pathname.endsWith("/verification"))
    return reply(response, "verifyAuditLogs", verificationAfter(Number(query.get("after") ?? 0), session.tampered));
  const fits = (name: string, value: string | null) => !query.has(name) || query.get(name) === value;
  const items = auditLogs.filter(({ actor, service, subject }) => fits("actor", actor) && fits("service", service) && fits("subject", subject)); // prettier-ignore
  return reply(response, "listAuditLogs", { items, next_cursor: null });
}

/** Changes what is about notifications, maintenance and quarantine; false when it is about something else. */
function writeNoise(noise: Noise, response: ServerResponse, asked: { noun: string; id: string; verb: string; body: Record<string, unknown> }): boolean {
  const { noun, id, verb, body } = asked;
  if (noun === "notifications" && verb === "resend") {
    noise.notifications = noise.notifications.map((one) => (one.id === id ? { ...one, status: "queued", attempts: 0, error: null } : one));
    reply(response, "resendNotification", noise.notifications.find((one) => one.id === id));
  } else if (noun === "notification-routes")
    reply(response, "previewNotification", { steps: [{ after_minutes: 0, routes: routes.slice(0, 2) }, { after_minutes: 10, routes: routes.slice(2) }] });
  else if (noun === "maintenance-windows" && verb === "cancel") {
    noise.windows = noise.windows.map((one) => (one.id === id ? { ...one, state: "cancelled", cancelled_at: now, cancelled_by: "Mei", alerts_held: 0 } : one));
    reply(response, "cancelMaintenanceWindow", noise.windows.find((one) => one.id === id));
  } else if (noun === "maintenance-windows") {
    const made = { ...noise.windows[0]!, id: "00000000-0000-7000-8000-900000000999", state: "scheduled" as const, alerts_held: 0, ...(body as object) };
    noise.windows = [made, ...noise.windows];
    reply(response, "createMaintenanceWindow", made);
  } else if (noun === "silences" && verb === "expire") {
    noise.silences = [];
    response.writeHead(204).end();
  } else if (noun === "quarantined-alerts") {
    noise.quarantine = [];
    reply(response, "replayQuarantinedAlert", { accepted: 1, quarantined: 0, incident_ids: [] });
  } else return false;
  return true;
} // prettier-ignore

function change(session: Session, id: string, update: Partial<State["incidents"][number]>) {
  const at = session.state.incidents.findIndex((incident) => incident.id === id);
  const before = session.state.incidents[at];
  if (!before) return null;
  const after = { ...before, ...update, version: before.version + 1 };
  session.state.incidents[at] = after;
  announce(session, "incident.updated", [id]);
  return after;
}

/** Regroups alerts as people ask; false when it is about something else. */
function regroup(session: Session, response: ServerResponse, asked: { noun: string; id: string; verb: string; body: Record<string, unknown> }): boolean {
  const { noun, id, verb, body } = asked;
  const { state } = session;
  const told = { at: now, actor: "Mei", reason: text(body["reason"]) };
  if (noun === "correlation") reply(response, "previewCorrelation", previewOf(body));
  else if (noun === "incidents" && verb === "merge") {
    const into = text(body["into"]);
    session.feedback.unshift({ ...session.feedback[0]!, ...told, kind: "merge", from_incident_id: id, to_incident_id: into });
    change(session, id, { status: "resolved", resolved_at: now, alerts_total: 0, alerts_firing: 0 });
    reply(response, "mergeIncident", change(session, into, {}));
  } else if (noun === "incidents" && verb === "split") {
    const made = { ...state.incidents[0]!, id: incidentId(1044), number: 1044, title: text(body["title"]) || state.incidents[0]!.title, alerts_total: 1 };
    state.incidents.unshift(made);
    reply(response, "splitIncident", made);
  } else if (noun === "alerts" && verb === "move") {
    state.alerts = state.alerts.map((alert) => (alert.id === id ? { ...alert, incident_id: text(body["incident_id"]) } : alert));
    reply(response, "moveAlert", change(session, text(body["incident_id"]), {}));
  } else return false;
  return true;
} // prettier-ignore

/** What tests make happen: a newer verdict, a new incident, a broken stream. */
function happen(session: Session, what: string): void {
  const { state } = session;
  if (what === "tampered") session.tampered = true;
  else if (what === "new-verdict") {
    state.runs.unshift(confirmedRun());
    announce(session, "diagnosis.updated", [incidentId(1042), runId(9)]);
  } else if (what === "new-incident") {
    const first = state.incidents[0];
    if (first) state.incidents.unshift({ ...first, id: incidentId(1043), number: 1043, title: "mailer queue grows" });
    announce(session, "incident.created", [incidentId(1043)]);
  } else if (what === "step") {
    state.runs = state.runs.map((run) =>
      run.id === runId(3)
        ? {
            ...run,
            progress: 70,
            current_step: "reason",
            steps: [
              ...run.steps,
              { step: "reason", at: now, note: "from 19 answers", text: { en: "from 19 answers", "zh-TW": "依據 19 則回應" } },
            ],
          }
        : run,
    );
    announce(session, "diagnosis.updated", [incidentId(1040), runId(3)]);
  } else if (what === "storm") {
    session.weather = "storm";
    announce(session, "alert.received", [incidentId(1042)]);
  } else if (what === "storm-away") session.weather = "away";
  else if (what === "nothing") {
    session.weather = "nothing";
    state.alerts = [];
    session.feedback = [];
    Object.assign(session.noise, {
      routes: [],
      notifications: [],
      windows: [],
      silences: [],
      alertmanager: null,
      quarantine: [],
    } satisfies Noise);
  } else if (what === "no-alertmanager") session.noise.alertmanager = "away";
  else if (what === "cut-stream") for (const stream of session.streams) stream.destroy();
}

function read(session: Session, response: ServerResponse, url: URL): void {
  const { state } = session;
  const [, , , noun, id, more, last] = url.pathname.split("/");
  const incident = state.incidents.find((each) => each.id === id);
  if (noun === "audit-logs") return readAudit(session, response, url);
  if (noun === "sources") return reply(response, "listSources", { tools: state.sources });
  if (noun === "alerts" && id === "storm")
    return session.weather === "away"
      ? problem(response, "unavailable", "The database does not answer.")
      : reply(response, "getAlertStorm", stormOf(session.weather, Number(url.searchParams.get("minutes")), state));
  if (noun === "alerts") return reply(response, "listAlerts", alertsOf(state, url.searchParams));
  if (noun === "correlation" && id === "settings") return reply(response, "getCorrelationSettings", settings);
  if (noun === "correlation") return reply(response, "listGroupingFeedback", { items: session.feedback, next_cursor: null });
  if (readNoise(session.noise, response, url)) return undefined;
  if (noun === "diagnoses" && more === "evidence") {
    const answer = state.evidence.find((each) => each.id === last);
    return answer ? reply(response, "getDiagnosisEvidence", answer) : problem(response, "not_found", "There is no such evidence.");
  }
  if (noun === "diagnoses") {
    const run = state.runs.find((each) => each.id === id);
    return run ? reply(response, "getDiagnosis", run) : problem(response, "not_found", "There is no such diagnosis.");
  }
  if (noun === "incidents" && !id) return reply(response, "listIncidents", list(state, url.searchParams));
  if (noun !== "incidents" || !incident) return problem(response, "not_found", "There is no such incident, or it belongs to another team.");
  if (more === "timeline") return reply(response, "getIncidentTimeline", { items: state.timeline.get(incident.id) ?? [] });
  if (more === "diagnoses")
    return reply(response, "listIncidentDiagnoses", { items: state.runs.filter((run) => run.incident_id === incident.id).map(summaryOf) });
  if (more === "report") {
    response.writeHead(200, { "content-type": "text/markdown" });
    response.end(`# ${incident.title}\n\nlikely 0.86\n`);
    return undefined;
  }
  return reply(response, "getIncident", incident);
}

async function write(session: Session, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.headers["x-csrf-token"] !== session.state.person.csrf_token)
    return problem(response, "forbidden", "The session's token is missing.");
  const [, , , noun = "", id = "", verb = ""] = (request.url ?? "").split("/");
  const body = await bodyOf(request);
  if (writeNoise(session.noise, response, { noun, id, verb, body }) || regroup(session, response, { noun, id, verb, body }))
    return undefined;
  if (verb === "acknowledge")
    return reply(response, "acknowledgeIncident", change(session, id, { status: "acknowledged", acknowledged_at: now, assignee: "Mei" }));
  if (verb === "resolve")
    return reply(
      response,
      "resolveIncident",
      change(session, id, { status: "resolved", resolved_at: now, resolution: text(body["resolution"]) }),
    );
  if (verb === "assign")
    return reply(response, "assignIncident", change(session, id, { assignee: body["assignee"] === null ? null : text(body["assignee"]) }));
  if (verb === "comments") {
    const said = text(body["text"]);
    const entry = {
      id: `comment ${said}`,
      at: now,
      kind: "comment" as const,
      actor: "Mei",
      text: { en: said, "zh-TW": said },
      refers_to: null,
    };
    session.state.timeline.set(id, [...(session.state.timeline.get(id) ?? []), entry]);
    return reply(response, "commentOnIncident", entry);
  }
  const base = session.state.runs[0];
  if (verb !== "diagnoses" || !base) return problem(response, "not_found", "There is no such action.");
  const chosen = body["deployment"] as { name: string } | null;
  const run = {
    ...base,
    id: runId(500),
    incident_id: id,
    status: "queued" as const,
    progress: 0,
    steps: [],
    result: null,
    requested_at: now,
    finished_at: null,
    requested_by: "Mei",
    trigger: chosen ? ("deployment" as const) : ("person" as const),
    kind: chosen ? ("deployment" as const) : ("alerts" as const),
    deployment: chosen?.name ?? null,
  };
  session.state.runs.unshift(run);
  return reply(response, "requestDiagnosis", run);
}

function stream(session: Session, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": hello\n\n");
  session.streams.add(response);
  response.on("close", () => session.streams.delete(response));
}

/** The built page, read once: a build during the tests does not pull it away. */
const files = new Map(
  readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [file.slice(dist.length), readFileSync(file)]),
);

function serveFile(response: ServerResponse, path: string): void {
  const name = files.has(path) ? path : "/index.html";
  response.writeHead(200, {
    "content-type": types[extname(name)] ?? "application/octet-stream",
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
  });
  response.end(files.get(name));
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const session = sessionOf(request);
  const protectedPath = url.pathname.startsWith("/api/") || url.pathname === "/auth/session" || url.pathname.startsWith("/testing/");
  if (!protectedPath) return serveFile(response, url.pathname);
  if (!session) return problem(response, "unauthenticated", "Nobody is signed in.");
  if (url.pathname === "/auth/session") return reply(response, "getSignedIn", session.state.person);
  if (url.pathname === "/api/v1/events") return stream(session, response);
  if (url.pathname.startsWith("/testing/")) {
    happen(session, url.pathname.slice("/testing/".length));
    response.writeHead(204).end();
    return undefined;
  }
  return request.method === "GET" ? read(session, response, url) : write(session, request, response);
}

createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    process.stderr.write(`${request.method} ${request.url}: ${error instanceof Error ? error.message : String(error)}\n`);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}).listen(port, "127.0.0.1");
