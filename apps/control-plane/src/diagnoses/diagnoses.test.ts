import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { DiagnosisRun, DiagnosisSummary, Incident, TimelineEntry } from "@sre/contracts/control-plane";
import { defaultTeamId, systemContext } from "@sre/service-kit";
import { testDatabases } from "@sre/testkit";
import { eventually, openHarness, type Caller, type Harness } from "../testing/harness.ts";
import { sampleAlert } from "../testing/sample-alert.ts";
import { sampleResult } from "../testing/sample-result.ts";
import { recheckIncident } from "./recheck-incident.ts";
import { queues } from "./schedule-diagnoses.ts";

describe.each(testDatabases)("diagnoses on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  let serial = 0;
  beforeAll(async () => {
    harness = await openHarness(database, {
      env: { DIAGNOSIS_DEBOUNCE_SECONDS: "1", DIAGNOSIS_RECHECK_SECONDS: "0", DIAGNOSIS_MAX_RETRIES: "5" },
    });
    call = await harness.as();
  });
  afterEach(() => {
    harness.assistant.answerWith(sampleResult());
    harness.assistant.outage(false);
    harness.assistant.refuse(false);
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  const fingerprint = () => `d${(serial++).toString(16)}`;
  const runs = async (incidentId: string): Promise<DiagnosisSummary[]> =>
    (await call(`/api/v1/incidents/${incidentId}/diagnoses`)).body["items"];
  const whole = async (id: string | undefined) => (await call(`/api/v1/diagnoses/${id}`)).body as unknown as DiagnosisRun;
  const timeline = async (incidentId: string): Promise<TimelineEntry[]> =>
    (await call(`/api/v1/incidents/${incidentId}/timeline`)).body["items"];
  const ended = (incidentId: string, count: number) =>
    eventually(async () => {
      const all = await runs(incidentId);
      return all.length >= count && all.every(({ status }) => status !== "queued" && status !== "running") && all;
    });
  const askedAbout = (incidentId: string) => harness.assistant.asked.filter(({ body }) => body.incident_id === incidentId);

  async function open(service: string): Promise<string> {
    const { incident_ids: ids } = await harness.send([sampleAlert({ fingerprint: fingerprint(), labels: { service } })]);
    return ids[0]!;
  }

  test("a new incident is diagnosed once, with what its alerts are about", async () => {
    const id = await open("one");
    const [run] = await ended(id, 1);
    expect(run).toMatchObject({
      trigger: "new_incident",
      kind: "alerts",
      status: "reported",
      progress: 100,
      requested_by: "control-plane",
      changed: null,
      error: null,
    });
    expect(run).toMatchObject({ verdict: "likely", headline: { en: expect.any(String) } });
    expect(run).not.toHaveProperty("result");
    expect((await whole(run?.id)).result?.diagnosis.verdict).toBe("likely");
    expect(run?.steps).toMatchObject([{ step: "collect", note: "asked 4 sources" }]);
    const [asked] = askedAbout(id);
    expect(asked?.body).toMatchObject({
      severity: "error",
      affected_services: ["eu-1/shop/service/one"],
      alerts: [{ name: "HighErrorRate", entity: "eu-1/shop/service/one" }],
    });
  });

  test("growth is gathered for the pause and diagnosed once, and what changed is put into words", async () => {
    const id = await open("two");
    await ended(id, 1);
    harness.assistant.answerWith(sampleResult({ verdict: "confirmed" }));
    const labels = { service: "two" };
    await harness.send([sampleAlert({ fingerprint: fingerprint(), labels: { ...labels, severity: "critical" } })]);
    await harness.send([sampleAlert({ fingerprint: fingerprint(), labels: { ...labels, alertname: "Slow" } })]);
    const all = await ended(id, 2);
    expect(all.map(({ trigger }) => trigger)).toEqual(["higher_severity", "new_incident"]);
    expect(all[0]?.changed?.en).toBe("The verdict was likely and is now confirmed.");
    expect(askedAbout(id).at(-1)!.body.alerts).toHaveLength(3);
    expect((await timeline(id)).map(({ kind }) => kind)).toContain("diagnosis_changed");
  });

  test("an alert of the same thing and severity asks for no further diagnosis", async () => {
    const id = await open("three");
    await ended(id, 1);
    await harness.send([sampleAlert({ fingerprint: fingerprint(), labels: { service: "three", alertname: "Slow" } })]);
    expect(await runs(id)).toHaveLength(1);
  });

  test("a person may ask again, and the audit log says who", async () => {
    const id = await open("four");
    await ended(id, 1);
    const reply = await call(`/api/v1/incidents/${id}/diagnoses`, { body: {} });
    expect(reply.status).toBe(202);
    const [run] = await ended(id, 2);
    expect(run).toMatchObject({ trigger: "person", requested_by: "oncall", status: "reported", changed: null });
    expect(reply.headers.get("location")).toBe(`/api/v1/diagnoses/${run?.id}`);
    const audit = (await call(`/api/v1/audit-logs?subject=${id}`)).body["items"] as { action: string; actor: string }[];
    expect(audit[0]).toMatchObject({ action: "diagnosis.request", actor: "oncall" });
  });

  test("a chosen deployment is judged through its own operation", async () => {
    const id = await open("five");
    await call(`/api/v1/incidents/${id}/diagnoses`, { body: { deployment: { cluster: "eu-1", namespace: "shop", name: "checkout" } } });
    const all = await ended(id, 2);
    expect(all.find(({ kind }) => kind === "deployment")).toMatchObject({
      trigger: "deployment",
      deployment: "eu-1/shop/deployment/checkout",
      status: "reported",
    });
    expect(askedAbout(id).find(({ kind }) => kind === "deployment")?.body).toMatchObject({
      deployment: "checkout",
      namespace: "shop",
      cluster: "eu-1",
    });
  });

  test("an incident without an alert has nothing to start from", async () => {
    const { id } = (await call("/api/v1/incidents", { body: { title: "By hand", severity: "error" } })).body as Incident;
    expect((await call(`/api/v1/incidents/${id}/diagnoses`, { body: {} })).status).toBe(409);
  });

  test("while the assistant is out the diagnosis waits visibly, and is made when it is back", async () => {
    harness.assistant.outage(true);
    const id = await open("six");
    const waiting = await eventually(async () => (await runs(id)).find(({ error }) => error !== null));
    expect(waiting).toMatchObject({ status: "queued", current_step: "waiting for the assistant" });
    harness.assistant.outage(false);
    const [run] = await ended(id, 1);
    expect(run).toMatchObject({ status: "reported", error: null });
    expect(askedAbout(id)).toHaveLength(1);
  }, 60_000);

  test("a refusal for good ends it, and says so in the timeline", async () => {
    harness.assistant.refuse(true);
    const id = await open("seven");
    const [run] = await ended(id, 1);
    expect(run).toMatchObject({ status: "failed", error: expect.stringContaining("These alerts cannot be diagnosed.") });
    expect((await timeline(id)).at(-1)).toMatchObject({ kind: "diagnosis_failed" });
  });

  test("a session that fails is shown with its reason", async () => {
    harness.assistant.answerWith({ error: "Out of time." });
    const [run] = await ended(await open("eight"), 1);
    expect(run).toMatchObject({ status: "failed", error: "Out of time.", verdict: null });
  });

  test("a restart in the middle of a session goes on with the same session", async () => {
    harness.assistant.answerWith(null);
    const id = await open("nine");
    await eventually(async () => (await runs(id))[0]?.progress === 40);
    await harness.restart();
    harness.assistant.answerWith(sampleResult());
    const [run] = await ended(id, 1);
    expect(run?.status).toBe("reported");
    expect(askedAbout(id)).toHaveLength(1);
  }, 60_000);

  test("evidence and snapshot come from the session that saw them, and what it does not have is missing", async () => {
    const [run] = await ended(await open("ten"), 1);
    const evidence = await call(`/api/v1/diagnoses/${run?.id}/evidence/ev_00112233445566778899`);
    expect(evidence.body).toMatchObject({ kind: "unanswered", because: "not_recorded" });
    expect((await call(`/api/v1/diagnoses/${run?.id}/evidence/ev_ffffffffffffffffffff`)).status).toBe(404);
    expect((await call(`/api/v1/diagnoses/${run?.id}/snapshot`)).text).toBe('{"record":"header"}\n');
    harness.assistant.outage(true);
    const out = await call(`/api/v1/diagnoses/${run?.id}/snapshot`);
    expect(out.status).toBe(503);
    expect(out.headers.get("retry-after")).toMatch(/^\d+$/);
  }, 60_000);
});

describe("rechecks", () => {
  test("an incident that is still open is diagnosed once more after the pause, a resolved one is not", async () => {
    await using harness = await openHarness(testDatabases[0]!, { env: { DIAGNOSIS_RECHECK_SECONDS: "300" } });
    const { app } = harness.controlPlane;
    const call = await harness.as();
    const enqueue = vi.spyOn(app.jobs, "enqueue");
    const { incident_ids: ids } = await harness.send(
      ["one", "two"].map((service, index) => sampleAlert({ fingerprint: `a${index}`, labels: { service } })),
    );
    const scheduled = enqueue.mock.calls
      .filter(([, queue]) => queue === queues.recheck)
      .map(([, , payload, options]) => ({ payload, options }));
    const wanted = ids.map((id) => ({
      payload: { team_id: defaultTeamId, incident_id: id },
      options: { key: id, startAfterSeconds: 300 },
    }));
    expect(scheduled).toHaveLength(2);
    expect(scheduled).toEqual(expect.arrayContaining(wanted));

    const runs = async (id: string) => (await call(`/api/v1/incidents/${id}/diagnoses`)).body["items"] as DiagnosisSummary[];
    for (const id of ids) await eventually(async () => (await runs(id))[0]?.status === "reported", 60_000);
    await call(`/api/v1/incidents/${ids[1]}/resolve`, { body: {} });
    const ctx = systemContext({
      teamId: defaultTeamId,
      traceId: "test",
      at: app.clock.now(),
      log: app.log,
      name: "control-plane",
      scopes: [],
    });
    for (const id of [...ids, ...ids]) await recheckIncident(app, ctx, { incidentId: id });
    expect((await runs(ids[0]!)).map(({ trigger }) => trigger)).toEqual(["recheck", "new_incident"]);
    expect((await runs(ids[1]!)).map(({ trigger }) => trigger)).toEqual(["new_incident"]);
  }, 150_000);
});
