import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson, sha256 } from "@sre/contracts/canonical";
import { DiagnosticResult } from "@sre/contracts/assistant";
import type { Diagnosis } from "@sre/contracts/evidence";
import { readSnapshot } from "@sre/evidence";
import { testDatabases } from "@sre/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { replaySnapshot } from "../replay.ts";
import { alertsRequest, deploymentRequest, fakeSource, shopAnswer, shopSnapshot, writeSnapshotFile } from "../testing/recorded-shop.ts";
import { startAssistant, withCap, type TestAssistant } from "../testing/start-assistant.ts";

const alertsPath = "/api/v1/diagnostics/alerts";
const deploymentPath = "/api/v1/diagnostics/deployment";
const historyPath = "/api/v1/diagnostics/history";
const missing = "00000000-0000-7000-8000-00000000dead";
const noEvidence = "ev_00000000000000000000";

describe.each(testDatabases)("sessions on $name", (database) => {
  const metrics = fakeSource("prometheus");
  const controlPlane = { ...fakeSource("control-plane"), kind: "control-plane" as const };
  let assistant: TestAssistant;
  beforeAll(async () => {
    assistant = await startAssistant(database, { sources: [withCap(metrics), withCap(controlPlane)] });
  }, 120_000);
  afterAll(() => assistant.close());

  const accept = async (body: object, headers: Record<string, string> = {}) => {
    const answer = await assistant.call("POST", "deployment" in body ? deploymentPath : alertsPath, { body, headers });
    expect(answer.status, answer.text).toBe(202);
    return String(answer.json.session_id);
  };
  const completed = async (body: object = alertsRequest()) => {
    const sessionId = await accept(body);
    return { sessionId, status: await assistant.until(sessionId, "completed", "failed") };
  };

  it("diagnoses alerts in several rounds and reports every step", async () => {
    const { status } = await completed();
    expect(status).toMatchObject({ status: "completed", progress: 100, kind: "alerts", error: null });
    expect(new Set(status.steps.map(({ step }) => step))).toEqual(new Set(["accepted", "scope", "plan", "collect", "reason", "report"]));
    const result = DiagnosticResult.parse(status.result);
    expect(Math.max(...result.tools_used.map(({ round }) => round))).toBeGreaterThan(1);
    expect(new Set(result.tools_used.map(({ source }) => source))).toEqual(new Set(["prometheus", "control-plane"]));
    expect(result.summary).toBe(result.diagnosis.headline.en);
    expect(result.evidence.length).toBe(result.tools_used.length);
  });

  it("diagnoses a deployment: its scope is that workload", async () => {
    const { sessionId, status } = await completed(deploymentRequest());
    expect(status).toMatchObject({ status: "completed", kind: "deployment" });
    const { text } = await assistant.call("GET", `/api/v1/diagnostics/${sessionId}/snapshot`);
    expect(readSnapshot(Buffer.from(text)).header.scope.deployment).toBe("eu-1/shop/deployment/checkout");
  });

  it("keeps a session as long as its idempotency key and request are the same", async () => {
    const key = { "idempotency-key": "incident-1-first" };
    const first = await accept(alertsRequest(), key);
    expect(await accept(alertsRequest(), key)).toBe(first);
    const other = await assistant.call("POST", alertsPath, { body: alertsRequest({ severity: "info" }), headers: key });
    expect(other).toMatchObject({ status: 409, json: { code: "idempotency_key_reused" } });
    const otherKind = await assistant.call("POST", deploymentPath, { body: deploymentRequest(), headers: key });
    expect(otherKind.json.code).toBe("idempotency_key_reused");
    const otherCaller = await assistant.call("POST", alertsPath, { body: alertsRequest(), headers: key, as: "second" });
    expect(otherCaller.json.session_id).not.toBe(first);
  });

  it("opens one session for the same key sent many times at once", async () => {
    const headers = { "idempotency-key": "all-at-once" };
    const ids = await Promise.all(Array.from({ length: 8 }, () => accept(alertsRequest(), headers)));
    expect(new Set(ids).size).toBe(1);
  });

  it("says where the status of an accepted session is", async () => {
    const answer = await assistant.call("POST", alertsPath, { body: alertsRequest() });
    expect(answer.headers["location"]).toBe(`/api/v1/diagnostics/${answer.json.session_id}/status`);
    expect(answer.json).toMatchObject({ status: "accepted" });
    expect(answer.json.estimated_time).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ["a body that is no JSON", "{", 400],
    ["a missing field", { incident_id: missing }, 400],
    ["an unknown field", { ...alertsRequest(), mood: "bad" }, 400],
    ["no alert", alertsRequest({ alerts: [] }), 400],
    ["a moment that lies ahead", alertsRequest({ as_of: "2999-01-01T00:00:00.000Z" }), 422],
    ["alerts that all start later", alertsRequest({ as_of: "2020-01-01T00:00:00.000Z" }), 422],
    ["an entity with a broken percent sequence", alertsRequest({ affected_services: ["eu-1/shop/service/%E0%A4%A"] }), 400],
    ["a snapshot that is not there", alertsRequest({ snapshot: "absent" }), 422],
    ["a snapshot outside the directory", alertsRequest({ snapshot: "../../etc/passwd" }), 422],
  ])("refuses %s", async (_name, body, status) => {
    const answer = await assistant.call("POST", alertsPath, { body });
    expect(answer.status, answer.text).toBe(status);
  });

  it("answers a request about a snapshot from that file and the control plane, and from nothing else", async () => {
    writeSnapshotFile(assistant.snapshotDirectory, "shop", shopSnapshot());
    const { status } = await completed(alertsRequest({ snapshot: "shop" }));
    const outcomes = DiagnosticResult.parse(status.result).tools_used;
    expect(new Set(outcomes.map(({ source }) => source))).toEqual(new Set(["snapshot", "control-plane"]));
    expect(outcomes.some(({ source, outcome }) => source === "snapshot" && outcome === "answered")).toBe(true);
  });

  it("comes from a recorded incident to what its author expects", async () => {
    const recorded = join(import.meta.dirname, "../../../../scenarios/bad-deployment");
    const snapshot = readSnapshot(readFileSync(join(recorded, "snapshot.ndjson")));
    const expected = JSON.parse(readFileSync(join(recorded, "expected.json"), "utf8")) as {
      entity: string;
      fault: string;
      verdicts: string[];
    };
    writeSnapshotFile(assistant.snapshotDirectory, "bad-deployment", snapshot);
    const { as_of, alerts } = snapshot.header.scope;
    const { status } = await completed(alertsRequest({ snapshot: "bad-deployment", as_of, alerts }));
    const { diagnosis } = DiagnosticResult.parse(status.result);
    expect(diagnosis.causes[0]).toMatchObject({ entity: expected.entity, fault: expected.fault });
    expect(expected.verdicts).toContain(diagnosis.verdict);
  });

  it("diagnoses also when the snapshot turns out to be garbage, and names the gap", async () => {
    writeFileSync(`${assistant.snapshotDirectory}/broken.ndjson`, "not a snapshot\n");
    const { status } = await completed(alertsRequest({ snapshot: "broken" }));
    expect(status.status).toBe("completed");
    expect(
      DiagnosticResult.parse(status.result).tools_used.some(({ source, outcome }) => source === "snapshot" && outcome === "garbled"),
    ).toBe(true);
  });

  it("exports a snapshot whose hash stands in the result and whose replay gives the same diagnosis", async () => {
    const { sessionId, status } = await completed();
    const { text, headers } = await assistant.call("GET", `/api/v1/diagnostics/${sessionId}/snapshot`);
    expect(headers["content-type"]).toContain("application/x-ndjson");
    const result = DiagnosticResult.parse(status.result);
    expect(sha256(text)).toBe(result.snapshot_hash);
    const replayed: Diagnosis = await replaySnapshot(readSnapshot(Buffer.from(text)));
    expect(canonicalJson(replayed)).toBe(canonicalJson(result.diagnosis));
  });

  it("shows one answer with its question, exact text and data", async () => {
    const { sessionId, status } = await completed();
    const used = DiagnosticResult.parse(status.result).tools_used.find(
      ({ outcome, source }) => outcome === "answered" && source === "prometheus",
    );
    const answer = await assistant.call("GET", `/api/v1/diagnostics/${sessionId}/evidence/${used?.evidence}`);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject(JSON.parse(JSON.stringify(shopAnswer(answer.json.question, "prometheus"))) as object);
    expect(await assistant.call("GET", `/api/v1/diagnostics/${sessionId}/evidence/${noEvidence}`)).toMatchObject({ status: 404 });
  });

  it("lists the history newest first, page by page, filtered by incident and status", async () => {
    const incident_id = "00000000-0000-7000-8000-0000000000bb";
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) ids.push((await completed(alertsRequest({ incident_id }))).sessionId);
    const first = await assistant.call("GET", `${historyPath}?incident_id=${incident_id}&limit=2`);
    const second = await assistant.call("GET", `${historyPath}?incident_id=${incident_id}&limit=2&cursor=${first.json.next_cursor}`);
    const listed = [...first.json.items, ...second.json.items].map((item: { session_id: string }) => item.session_id);
    expect(listed).toEqual(ids.toReversed());
    expect(second.json.next_cursor).toBeNull();
    expect(first.json.items[0]?.verdict).toEqual(expect.any(String));
    expect((await assistant.call("GET", `${historyPath}?incident_id=${incident_id}&status=failed`)).json.items).toEqual([]);
  });

  it.each(["cursor=nonsense", "limit=0", "status=sleeping", "color=red"])("refuses the history with %s", async (query) => {
    expect((await assistant.call("GET", `${historyPath}?${query}`)).status).toBe(400);
  });

  it("refuses to cancel what has finished", async () => {
    const { sessionId } = await completed();
    const answer = await assistant.call("POST", `/api/v1/diagnostics/${sessionId}/cancel`);
    expect(answer).toMatchObject({ status: 409, json: { code: "conflict" } });
  });

  it("accepts texts that a text column could not hold", async () => {
    const hostile = { ...alertsRequest().alerts[0]!, labels: { note: "nul \u0000 and a lone \ud800 surrogate" } };
    expect((await completed(alertsRequest({ alerts: [hostile] }))).status.status).toBe("completed");
  });

  const ofSession = (path: string) => (sessionId: string) => `/api/v1/diagnostics/${sessionId}${path}`;
  const operations = [
    {
      name: "diagnoseAlerts",
      method: "POST",
      path: () => alertsPath,
      body: alertsRequest(),
      lacking: "reader",
      invalid: `${alertsPath}?x=1`,
    },
    {
      name: "diagnoseDeployment",
      method: "POST",
      path: () => deploymentPath,
      body: deploymentRequest(),
      lacking: "reader",
      invalid: `${deploymentPath}?x=1`,
    },
    { name: "getDiagnosticStatus", method: "GET", path: ofSession("/status"), lacking: "writer", invalid: "/api/v1/diagnostics/7/status" },
    { name: "cancelDiagnostic", method: "POST", path: ofSession("/cancel"), lacking: "reader", invalid: "/api/v1/diagnostics/7/cancel" },
    {
      name: "getDiagnosticSnapshot",
      method: "GET",
      path: ofSession("/snapshot"),
      lacking: "writer",
      invalid: "/api/v1/diagnostics/7/snapshot",
    },
    {
      name: "getDiagnosticEvidence",
      method: "GET",
      path: ofSession(`/evidence/${noEvidence}`),
      lacking: "writer",
      invalid: `/api/v1/diagnostics/${missing}/evidence/7`,
    },
    { name: "listDiagnosticHistory", method: "GET", path: () => historyPath, lacking: "writer", invalid: `${historyPath}?limit=many` },
    { name: "getToolStatus", method: "GET", path: () => "/api/v1/tools/status", lacking: "writer", invalid: "/api/v1/tools/status?x=1" },
    {
      name: "listWorkflowTemplates",
      method: "GET",
      path: () => "/api/v1/workflows/templates",
      lacking: "writer",
      invalid: "/api/v1/workflows/templates?x=1",
    },
  ] as const;

  describe.each(operations)("$name", ({ method, path, lacking, invalid, ...more }) => {
    const body = "body" in more ? { body: more.body } : {};

    it("needs a token that is accepted and holds its scope", async () => {
      const call = (as: string | null) => assistant.call(method, path(missing), { ...body, as });
      expect(await call(null)).toMatchObject({ status: 401, json: { code: "unauthenticated" } });
      expect(await call("forged")).toMatchObject({ status: 401, json: { code: "invalid_token" } });
      expect(await call("nobody")).toMatchObject({ status: 403, json: { code: "forbidden" } });
      expect(await call(lacking)).toMatchObject({ status: 403, json: { code: "forbidden" } });
    });

    it("refuses what does not fit its schema", async () => {
      expect((await assistant.call(method, invalid, body)).status).toBe(400);
    });
  });

  it.each(["/status", "/snapshot", `/evidence/${noEvidence}`, "/cancel"])(
    "keeps another team's session out of sight at %s",
    async (path) => {
      const { sessionId } = await completed();
      const method = path === "/cancel" ? "POST" : "GET";
      expect(await assistant.call(method, ofSession(path)(sessionId), { as: "stranger" })).toMatchObject({ status: 404 });
      expect(await assistant.call(method, ofSession(path)(missing))).toMatchObject({ status: 404 });
    },
  );

  it("lists no session and counts no call of another team", async () => {
    await completed();
    expect((await assistant.call("GET", historyPath, { as: "stranger" })).json.items).toEqual([]);
    const { tools } = (await assistant.call("GET", "/api/v1/tools/status", { as: "stranger" })).json;
    expect(tools.map((tool: { calls_24h: number }) => tool.calls_24h)).toEqual(tools.map(() => 0));
  });

  it("shows the true state of each source, and names kinds that are not configured", async () => {
    await completed();
    const { tools } = (await assistant.call("GET", "/api/v1/tools/status")).json;
    expect(tools).toContainEqual(
      expect.objectContaining({
        name: "prometheus",
        state: "ok",
        last_outcome: expect.any(String),
        success_rate_24h: 1,
        in_flight: 0,
        in_flight_max: 8,
      }),
    );
    expect(tools).toContainEqual(expect.objectContaining({ name: "loki", state: "not_configured", calls_24h: 0 }));
  });

  it("describes its workflows by the steps that sessions report", async () => {
    const { templates } = (await assistant.call("GET", "/api/v1/workflows/templates")).json;
    const { status } = await completed();
    const reported = new Set(status.steps.map(({ step }) => step));
    for (const template of templates) for (const { id } of template.steps) expect(reported).toContain(id);
  });

  it("counts diagnoses by verdict and is ready", async () => {
    await completed();
    expect((await assistant.call("GET", "/metrics", { as: null })).text).toContain("diagnosis_duration_seconds_count");
    expect((await assistant.call("GET", "/readyz", { as: null })).json).toEqual({ ready: true, missing: [] });
  });
});
