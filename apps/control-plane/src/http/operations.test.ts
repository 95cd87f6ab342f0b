import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controlPlaneOperations, type Operation } from "@sre/contracts/control-plane";
import { newUuid } from "@sre/service-kit";
import { testDatabases } from "@sre/testkit";
import { allScopes, eventually, openHarness, otherTeamId, type Caller, type Harness } from "../testing/harness.ts";
import { sampleAlert } from "../testing/sample-alert.ts";
import { sampleEvidenceId } from "../testing/sample-result.ts";

/** What every operation is called with: once well, once badly, and how the other team's caller is answered. */
interface Case {
  readonly path: (known: Known) => string;
  readonly body?: unknown;
  readonly status: number;
  /** A call that breaks the schema; null when there is nothing to break. */
  readonly bad: { readonly path?: (known: Known) => string; readonly body?: unknown } | null;
  readonly otherTeam: number;
}

interface Known {
  readonly incident: string;
  readonly alert: string;
  readonly diagnosis: string;
  readonly execution: string;
}

const page = (path: string): Case => ({ path: () => path, status: 200, bad: { path: () => `${path}?limit=0` }, otherTeam: 200 });
const byId = (path: (known: Known) => string): Case => ({
  path,
  status: 200,
  bad: { path: () => path({ incident: "x", alert: "x", diagnosis: "x", execution: "x" }) },
  otherTeam: 404,
});
const plain = (path: string): Case => ({ path: () => path, status: 200, bad: null, otherTeam: 200 });
const change = {
  id: "deploy-1",
  entity: "eu-1/shop/deployment/checkout",
  kind: "deployment",
  title: "checkout 4.7.1",
  started_at: "2026-11-24T09:58:00Z",
};

const cases = {
  listAlerts: page("/api/v1/alerts"),
  getAlert: byId(({ alert }) => `/api/v1/alerts/${alert}`),
  listIncidents: page("/api/v1/incidents"),
  createIncident: {
    path: () => "/api/v1/incidents",
    body: { title: "By hand", severity: "warning" },
    status: 201,
    bad: { body: { title: "", severity: "warning" } },
    otherTeam: 201,
  },
  getIncident: byId(({ incident }) => `/api/v1/incidents/${incident}`),
  updateIncident: {
    ...byId(({ incident }) => `/api/v1/incidents/${incident}`),
    body: { title: "Another title" },
    bad: { body: { severity: "dire" } },
  },
  acknowledgeIncident: byId(({ incident }) => `/api/v1/incidents/${incident}/acknowledge`),
  assignIncident: { ...byId(({ incident }) => `/api/v1/incidents/${incident}/assign`), body: { assignee: "Ada" }, bad: { body: {} } },
  commentOnIncident: {
    ...byId(({ incident }) => `/api/v1/incidents/${incident}/comments`),
    body: { text: "Looking" },
    status: 201,
    bad: { body: { text: "" } },
  },
  getIncidentTimeline: byId(({ incident }) => `/api/v1/incidents/${incident}/timeline`),
  getIncidentReport: byId(({ incident }) => `/api/v1/incidents/${incident}/report`),
  listIncidentDiagnoses: byId(({ incident }) => `/api/v1/incidents/${incident}/diagnoses`),
  requestDiagnosis: {
    ...byId(({ incident }) => `/api/v1/incidents/${incident}/diagnoses`),
    body: { deployment: { namespace: "shop", name: "checkout" } },
    status: 202,
    bad: { body: { deployment: { name: "" } } },
  },
  getDiagnosis: byId(({ diagnosis }) => `/api/v1/diagnoses/${diagnosis}`),
  getDiagnosisEvidence: byId(({ diagnosis }) => `/api/v1/diagnoses/${diagnosis}/evidence/${sampleEvidenceId}`),
  getDiagnosisSnapshot: byId(({ diagnosis }) => `/api/v1/diagnoses/${diagnosis}/snapshot`),
  listSources: plain("/api/v1/sources"),
  listChanges: page("/api/v1/changes"),
  recordChange: {
    path: () => "/api/v1/changes",
    body: change,
    status: 201,
    bad: { body: { ...change, entity: "checkout" } },
    otherTeam: 201,
  },
  listResources: page("/api/v1/resources"),
  listResourceGroups: plain("/api/v1/resource-groups"),
  getTopology: {
    path: () => "/api/v1/topology?of=eu-1/shop/service/checkout",
    status: 200,
    bad: { path: () => "/api/v1/topology?of=checkout" },
    otherTeam: 200,
  },
  declareTopology: {
    path: () => "/api/v1/topology",
    body: { resources: [{ entity: "eu-1/shop/service/checkout" }] },
    status: 200,
    bad: { body: { edges: [{}] } },
    otherTeam: 200,
  },
  listAuditLogs: page("/api/v1/audit-logs"),
  listExecutions: page("/api/v1/executions"),
  getExecution: byId(({ execution }) => `/api/v1/executions/${execution}`),
  getExecutionLogs: byId(({ execution }) => `/api/v1/executions/${execution}/logs`),
  getDashboardSummary: plain("/api/v1/dashboard/summary"),
  getSignedIn: plain("/auth/session"),
  // Last of all, because it ends what the others need.
  resolveIncident: {
    ...byId(({ incident }) => `/api/v1/incidents/${incident}/resolve`),
    body: { resolution: "Rolled back" },
    bad: { body: { resolution: 7 } },
  },
  signOut: { path: () => "/auth/logout", status: 204, bad: null, otherTeam: 204 },
} satisfies Partial<Record<keyof typeof controlPlaneOperations, Case>>;

const elsewhere = [
  "receiveAlertmanagerWebhook",
  "streamEvents",
  "signIn",
  "finishSignIn",
  "getHealth",
  "getReadiness",
  "getMetrics",
  "getOpenApi",
];

test("every operation of the contract stands in this table or has a test of its own", () => {
  expect([...Object.keys(cases), ...elsewhere].sort()).toEqual(Object.keys(controlPlaneOperations).sort());
});

describe.each(testDatabases)("operations on $name", (database) => {
  let harness: Harness;
  let known: Known;
  let callers: { right: Caller; without: Caller; other: Caller };

  beforeAll(async () => {
    harness = await openHarness(database);
    callers = { right: await harness.as(), without: await harness.as({ scopes: [] }), other: await harness.as({ teamId: otherTeamId }) };
    const { incident_ids: ids } = await harness.send([sampleAlert({ fingerprint: "a1" })]);
    const reported = await eventually(async () => {
      const incident = (await callers.right(`/api/v1/incidents/${ids[0]}`)).body as {
        id: string;
        diagnosis: { id: string; status: string };
      };
      return incident.diagnosis.status === "reported" && incident;
    });
    const [alert] = (await callers.right("/api/v1/alerts")).body["items"] as { id: string }[];
    const execution = newUuid();
    const { kysely } = harness.controlPlane.app.database;
    const at = new Date("2026-11-24T10:00:00.000Z");
    await kysely
      .insertInto("executions")
      .values({
        team_id: "00000000-0000-7000-8000-000000000001",
        id: execution,
        title: "Roll back",
        status: "succeeded",
        target: "checkout",
        requested_by: "oncall",
        created_at: at,
        started_at: at,
        finished_at: null,
      })
      .execute();
    await kysely
      .insertInto("execution_logs")
      .values({ team_id: "00000000-0000-7000-8000-000000000001", execution_id: execution, line_number: 1, at, line: "rolled back" })
      .execute();
    known = { incident: reported.id, alert: alert?.id ?? "", diagnosis: reported.diagnosis.id, execution };
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  describe.each(Object.entries(cases) as [keyof typeof cases, Case][])("%s", (name, { path, body, status, bad, otherTeam }) => {
    const operation: Operation = controlPlaneOperations[name];
    const call = (caller: Caller, input: { path?: string; body?: unknown }) =>
      caller(input.path ?? path(known), { method: operation.method, ...(input.body === undefined ? {} : { body: input.body }) });

    test("refuses a caller without credentials", async () => {
      expect((await call(harness.anonymous, { body })).status).toBe(401);
    });
    test.skipIf(operation.scope === "self:read")("refuses a caller without its scope", async () => {
      const rest = allScopes.filter((scope) => scope !== operation.scope);
      const caller = await harness.as({ scopes: rest });
      expect((await call(caller, { body })).status).toBe(403);
      expect((await call(callers.without, { body })).status).toBe(403);
    });
    test.skipIf(bad === null)("refuses a request that breaks its schema, naming the field", async () => {
      const reply = await call(callers.right, { ...(bad?.path ? { path: bad.path(known) } : {}), body: bad?.body ?? body });
      expect(reply.status).toBe(400);
      expect(reply.body).toMatchObject({ code: expect.any(String), field: expect.stringMatching(/./) });
    });
    test("answers another team as if there were nothing", async () => {
      const reply = await call(callers.other, { body });
      expect(reply.status).toBe(otherTeam);
      const items = (reply.body as { items?: unknown[] } | null)?.items ?? [];
      if (operation.method === "GET" && name !== "listSources" && name !== "listAuditLogs") expect(items).toEqual([]);
    });
    test("succeeds with its declared status", async () => {
      const reply = await call(callers.right, { body });
      expect({ status: reply.status, problem: reply.status >= 400 ? reply.text : "" }).toEqual({ status, problem: "" });
    });
  });

  test("refusals are problem+json without internals", async () => {
    const reply = await callers.right(`/api/v1/incidents/${newUuid()}`);
    expect(reply.headers.get("content-type")).toContain("application/problem+json");
    expect(reply.body).toMatchObject({ status: 404, code: "not_found", retryable: false });
  });

  test("health, readiness, metrics and the API's document are open to all", async () => {
    for (const path of ["/healthz", "/readyz", "/metrics", "/openapi.json"]) expect((await harness.anonymous(path)).status).toBe(200);
  });
});
