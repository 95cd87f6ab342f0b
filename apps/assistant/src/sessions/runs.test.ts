import { DiagnosticResult } from "@sre/contracts/assistant";
import type { Answer } from "@sre/contracts/evidence";
import type { EvidenceSource } from "@sre/evidence";
import { testDatabases } from "@sre/testkit";
import { afterEach, describe, expect, it } from "vitest";
import type { OpenSource } from "../app.ts";
import type { Config } from "../config.ts";
import { alertsRequest, fakeSource, shopAnswer } from "../testing/recorded-shop.ts";
import { startAssistant, withCap, type TestAssistant } from "../testing/start-assistant.ts";
import { keepHouse } from "./housekeeping.ts";

const alertsPath = "/api/v1/diagnostics/alerts";
const silence: EvidenceSource["ask"] = () => new Promise<Answer>(() => {});

describe.each(testDatabases)("runs on $name", (database) => {
  const opened: TestAssistant[] = [];
  afterEach(async () => {
    for (const assistant of opened.splice(0)) await assistant.close();
  });

  const start = async (sources: readonly OpenSource[], settings: Partial<Config["settings"]> = {}) => {
    const assistant = await startAssistant(database, { sources, settings });
    opened.push(assistant);
    return assistant;
  };
  const accept = async (assistant: TestAssistant, body: object = alertsRequest()) => {
    const { json, text, status } = await assistant.call("POST", alertsPath, { body });
    expect(status, text).toBe(202);
    return String(json.session_id);
  };
  const outcomes = (status: { result: unknown }, source: string) =>
    DiagnosticResult.parse(status.result)
      .tools_used.filter((use) => use.source === source)
      .map(({ outcome }) => outcome);

  it("diagnoses although one source throws, one answers nonsense and one lies about what it takes", async () => {
    const throwing = fakeSource("throwing", () => {
      throw new Error("boom");
    });
    const nonsense = fakeSource("nonsense", () => Promise.resolve("<html>" as unknown as Answer));
    const rejecting = fakeSource("rejecting", () => Promise.reject(new Error("boom")));
    const assistant = await start([fakeSource("prometheus"), throwing, nonsense, rejecting].map((source) => withCap(source)));
    const status = await assistant.until(await accept(assistant), "completed", "failed");
    expect(status.status).toBe("completed");
    for (const name of ["throwing", "nonsense", "rejecting"]) expect(new Set(outcomes(status, name))).toEqual(new Set(["garbled"]));
    expect(outcomes(status, "prometheus")).toContain("answered");
    const { tools } = (await assistant.call("GET", "/api/v1/tools/status")).json;
    expect(tools).toContainEqual(
      expect.objectContaining({ name: "throwing", state: "down", success_rate_24h: 0, last_outcome: "garbled" }),
    );
  });

  it("diagnoses although a source never answers: its questions time out, the others count", async () => {
    const assistant = await start([withCap(fakeSource("prometheus")), withCap(fakeSource("silent", silence), 100)], {
      questionTimeoutMs: 200,
    });
    const status = await assistant.until(await accept(assistant), "completed", "failed");
    expect(status.status).toBe("completed");
    expect(new Set(outcomes(status, "silent"))).toEqual(new Set(["timeout"]));
    expect(DiagnosticResult.parse(status.result).diagnosis.unknown.length).toBeGreaterThan(0);
  });

  it("reaches a partial verdict at the time limit, with what was not asked as gaps", async () => {
    const assistant = await start([withCap(fakeSource("silent", silence), 2)], { questionTimeoutMs: 60_000 });
    const status = await assistant.until(await accept(assistant, alertsRequest({ time_limit_seconds: 5 })), "completed", "failed");
    expect(status.status).toBe("completed");
    const result = DiagnosticResult.parse(status.result);
    expect(new Set(outcomes(status, "silent"))).toEqual(new Set(["timeout"]));
    expect(result.diagnosis.verdict).toBe("inconclusive");
    expect(result.diagnosis.unknown.length).toBeGreaterThan(0);
  });

  it("stops asking when a running session is cancelled, and keeps it cancelled", async () => {
    const silent = fakeSource("silent", silence);
    const assistant = await start([withCap(silent)], { questionTimeoutMs: 60_000 });
    const sessionId = await accept(assistant);
    await expect.poll(() => silent.asked.length, { timeout: 20_000 }).toBeGreaterThan(0);
    const cancelled = await assistant.call("POST", `/api/v1/diagnostics/${sessionId}/cancel`);
    expect(cancelled).toMatchObject({ status: 202, json: { status: "cancelled", result: null } });
    await expect.poll(() => assistant.app.gate.inFlight("silent"), { timeout: 20_000 }).toBe(0);
    await expect.poll(() => assistant.app.running.size, { timeout: 20_000 }).toBe(0);
    expect((await assistant.until(sessionId, "cancelled")).finished_at).not.toBeNull();
    expect((await assistant.call("POST", `/api/v1/diagnostics/${sessionId}/cancel`)).status).toBe(202);
  });

  it("notices that another replica cancelled its session", async () => {
    const silent = fakeSource("silent", silence);
    const assistant = await start([withCap(silent)], { questionTimeoutMs: 60_000 });
    const sessionId = await accept(assistant);
    await expect.poll(() => silent.asked.length, { timeout: 20_000 }).toBeGreaterThan(0);
    await assistant.app.database.kysely
      .updateTable("sessions")
      .set({ status: "cancelled", run_token: null })
      .where("id", "=", sessionId)
      .execute();
    await expect.poll(() => assistant.app.running.size, { timeout: 20_000 }).toBe(0);
    expect((await assistant.until(sessionId, "cancelled")).result).toBeNull();
  });

  it("tries again after a fault, asks no finished round twice, and finishes", async () => {
    const metrics = fakeSource("prometheus");
    const assistant = await start([withCap(metrics)]);
    const whole = { ...assistant.app.database };
    Object.assign(assistant.app.statistics, { flush: () => Promise.resolve() });
    let inRun = 0;
    Object.assign(assistant.app.database, {
      transaction(work: Parameters<typeof whole.transaction>[0]) {
        // The first transaction of a run stores its first round, the second its second.
        if (assistant.app.running.size > 0 && ++inRun === 2) return Promise.reject(new Error("a fault"));
        return whole.transaction(work);
      },
    });
    const status = await assistant.until(await accept(assistant), "completed", "failed");
    expect(status.status).toBe("completed");
    const times = (question: object) => metrics.asked.filter((asked) => JSON.stringify(asked) === JSON.stringify(question)).length;
    const asked = (round: number) => DiagnosticResult.parse(status.result).tools_used.filter((use) => use.round === round).map(({ question }) => times(question)); // prettier-ignore
    expect(new Set(asked(1))).toEqual(new Set([1]));
    expect(new Set(asked(2))).toEqual(new Set([2]));
  });

  it("fails for good, with a reason, when no attempt succeeds", async () => {
    const assistant = await start([withCap(fakeSource("prometheus"))], { retriesMax: 0 });
    const whole = { ...assistant.app.database };
    Object.assign(assistant.app.database, {
      transaction: (work: Parameters<typeof whole.transaction>[0]) =>
        assistant.app.running.size > 0 ? Promise.reject(new Error("a fault")) : whole.transaction(work),
    });
    const status = await assistant.until(await accept(assistant), "completed", "failed");
    expect(status).toMatchObject({ status: "failed", error: { code: "internal_error" }, result: null });
  });

  it("keeps no more evidence than a session may, and says so in the verdict", async () => {
    const assistant = await start([withCap(fakeSource("prometheus"))], { evidenceBytesMax: 6_000 });
    const sessionId = await accept(assistant);
    const status = await assistant.until(sessionId, "completed", "failed");
    expect(outcomes(status, "prometheus")).toContain("too_large");
    const { text } = await assistant.call("GET", `/api/v1/diagnostics/${sessionId}/snapshot`);
    expect(text).toContain("did not fit into the evidence");
    expect(DiagnosticResult.parse(status.result).diagnosis.unknown.map(({ because }) => because)).toContain("too_large");
  });

  it("refuses more unfinished sessions than a team may have", async () => {
    const assistant = await start([withCap(fakeSource("silent", silence))], { waitingMax: 2, concurrentMax: 1, questionTimeoutMs: 60_000 });
    await accept(assistant);
    await accept(assistant);
    const refused = await assistant.call("POST", alertsPath, { body: alertsRequest() });
    expect(refused).toMatchObject({ status: 429, json: { code: "limit_reached" } });
    expect((await assistant.call("POST", alertsPath, { body: alertsRequest(), as: "stranger" })).status).toBe(202);
  });

  it("deletes evidence after its retention, then the session after its own", async () => {
    const assistant = await start([withCap(fakeSource("prometheus"))], { evidenceRetentionDays: 1, sessionRetentionDays: 3 });
    const sessionId = await accept(assistant);
    const status = await assistant.until(sessionId, "completed");
    const later = (days: number) => ({
      ...assistant.app,
      clock: { ...assistant.app.clock, now: () => new Date(Date.now() + days * 86_400_000) },
    });
    await keepHouse(later(2));
    const gone = await assistant.call("GET", `/api/v1/diagnostics/${sessionId}/snapshot`);
    expect(gone).toMatchObject({ status: 404, json: { detail: "The evidence of this session is no longer kept." } });
    const { json } = await assistant.call("GET", `/api/v1/diagnostics/${sessionId}/status`);
    expect(DiagnosticResult.parse(json.result).snapshot_hash).toBe(DiagnosticResult.parse(status.result).snapshot_hash);
    await keepHouse(later(4));
    expect((await assistant.call("GET", `/api/v1/diagnostics/${sessionId}/status`)).status).toBe(404);
  });

  it("gives an unfinished session that lost its job a new one", async () => {
    const assistant = await start([withCap(fakeSource("prometheus", async (question) => shopAnswer(question, "prometheus")))]);
    const sessionId = await accept(assistant);
    await assistant.until(sessionId, "completed");
    await assistant.app.database.kysely
      .updateTable("sessions")
      .set({ status: "running", accepted_at: new Date(Date.now() - 3_600_000), run_token: null, result: null, finished_at: null })
      .where("id", "=", sessionId)
      .execute();
    await keepHouse(assistant.app);
    expect((await assistant.until(sessionId, "completed")).result).not.toBeNull();
  });

  it("gives a session back when the process stops, for the next one to finish", async () => {
    const silent = fakeSource("silent", silence);
    const assistant = await start([withCap(silent)], { questionTimeoutMs: 60_000 });
    const sessionId = await accept(assistant);
    await expect.poll(() => silent.asked.length, { timeout: 20_000 }).toBeGreaterThan(0);
    await assistant.app.jobs.close();
    expect((await assistant.call("GET", `/api/v1/diagnostics/${sessionId}/status`)).json.status).toBe("running");
    expect(assistant.app.running.size).toBe(0);
  });
});
