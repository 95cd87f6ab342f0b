import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DiagnosticResult, DiagnosticStatus } from "@sre/contracts/assistant";
import { startFakeHttp, startTestIssuer, type FakeHttp, type TestIssuer } from "@sre/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProcess, type Running } from "../testing/crashes.ts";
import { alertsRequest } from "../testing/recorded-shop.ts";

describe("an assistant that is killed", () => {
  let issuer: TestIssuer;
  let controlPlane: FakeHttp;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "assistant-"));
    issuer = await startTestIssuer();
    controlPlane = await startFakeHttp({ json: { items: [], next_cursor: null, resources: [], edges: [] } });
  });
  afterAll(async () => {
    await issuer.close();
    await controlPlane.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const call = async (running: Running, method: "GET" | "POST", input: { path: string; body?: object; key?: string }) => {
    const token = await issuer.mint({
      aud: "assistant",
      scope: "diagnostics:run diagnostics:read",
      sub: "control-plane",
      azp: "control-plane",
    });
    const json = input.body ? { "content-type": "application/json", "idempotency-key": input.key ?? "" } : {};
    const answer = await fetch(`${running.url}/api/v1/diagnostics${input.path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...json },
      ...(input.body ? { body: JSON.stringify(input.body) } : {}),
    });
    return (await answer.json()) as Record<string, unknown>;
  };

  const untilOver = async (running: Running, sessionId: string): Promise<DiagnosticStatus> => {
    for (let look = 0; look < 600; look++) {
      const status = DiagnosticStatus.parse(await call(running, "GET", { path: `/${sessionId}/status` }));
      if (status.finished_at !== null) return status;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("The session did not end.");
  };

  const askedOf = () => controlPlane.requests.map(({ method, path, query }) => `${method} ${path}?${query.toString()}`);

  it.each([
    { failPoint: "accepted.committed", finishedRounds: 0, incident: 1 },
    { failPoint: "round.collected", finishedRounds: 0, incident: 2 },
    { failPoint: "round.checkpointed", finishedRounds: 1, incident: 3 },
    { failPoint: "reported.before_commit", finishedRounds: 3, incident: 4 },
  ])(
    "at $failPoint finishes the session after its restart, and asks no finished round again",
    async ({ failPoint, finishedRounds, incident }) => {
      const incident_id = `00000000-0000-7000-8000-00000000000${incident}`;
      const post = { path: "/alerts", body: alertsRequest({ incident_id }), key: `the same request ${incident}` };
      const earlier = askedOf().length;
      const env = {
        DATA_DIR: directory,
        OIDC_ISSUER: issuer.issuer,
        OIDC_CLIENT_SECRET: "a-secret-for-tests-only",
        CONTROL_PLANE_URL: controlPlane.url,
      };
      const first = await startProcess({ ...env, FAIL_POINT: failPoint });
      // The reply to an accepted session may be lost with the process: the key finds the session again.
      await call(first, "POST", post).catch(() => null);
      expect(await first.ended).toBe("SIGKILL");
      const before = askedOf().slice(earlier);
      const second = await startProcess(env);
      const { session_id: sessionId } = await call(second, "POST", post);
      const status = await untilOver(second, String(sessionId));
      const history = await call(second, "GET", { path: `/history?incident_id=${incident_id}` });
      second.child.kill("SIGTERM");
      expect(await second.ended).toBe("0");
      expect(status).toMatchObject({ status: "completed", progress: 100 });
      expect(history["items"]).toHaveLength(1);
      const rounds = new Set(DiagnosticResult.parse(status.result).tools_used.map(({ round }) => round));
      expect(rounds).toContain(1);
      if (failPoint !== "accepted.committed") expect(before.length).toBeGreaterThan(0);
      const again = askedOf().slice(earlier + before.length);
      if (finishedRounds > 0) expect(again.filter((request) => before.includes(request))).toEqual([]);
      if (finishedRounds === 3) expect(again).toEqual([]);
    },
    180_000,
  );
});
