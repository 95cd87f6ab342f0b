import { controlPlaneOperations } from "@sre/contracts/control-plane";
import { Answer, type ChangeRecord, type DataOf, type Question } from "@sre/contracts/evidence";
import { createApiClient, createOutboundFactory, systemClock, type Cache } from "@sre/service-kit";
import {
  fakeFaults,
  fixedClock,
  quietLog,
  startFakeHttp,
  testMetrics,
  type FakeAnswer,
  type FakeHttp,
  type FakeRequest,
} from "@sre/testkit";
import { afterEach, describe, expect, test } from "vitest";
import type { EvidenceSource } from "../source.ts";
import { openControlPlaneSource } from "./index.ts";

const asOf = "2026-03-02T10:00:00.000Z";
const window = { from: "2026-03-02T09:00:00.000Z", to: "2026-03-02T10:10:00.000Z" };
const deployment = "eu/shop/deployment/cart";
const service = "eu/shop/service/cart";
const context = { asOf, signal: new AbortController().signal, deadlineMs: 2_000 };
const config = { kind: "control-plane", name: "control-plane", cluster: null, inFlightMax: 8, deadlineMs: 2_000 } as const;
const noCache: Cache = {
  getOrSet: (_key, _ttlMs, load) => load(),
  delete: () => Promise.resolve(),
  check: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
const opened: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

async function open(answer: FakeAnswer | ((request: FakeRequest) => FakeAnswer)): Promise<{ source: EvidenceSource; http: FakeHttp }> {
  const http = await startFakeHttp(answer);
  const factory = createOutboundFactory({ metrics: testMetrics(), log: quietLog, clock: systemClock });
  const outbound = factory({
    name: "control-plane",
    baseUrl: http.url,
    authorization: () => Promise.resolve("Bearer t0ken"),
    deadlineMs: 10_000,
    responseBytesMax: 1_000_000,
    attemptsMax: 1,
    connectionsMax: 8,
  });
  opened.push(
    () => outbound.close(),
    () => http.close(),
  );
  const deps = {
    outbound: factory,
    cache: noCache,
    clock: fixedClock(asOf),
    log: quietLog,
    controlPlane: createApiClient(controlPlaneOperations, outbound),
  };
  return { source: openControlPlaneSource(config, deps), http };
}

async function ask(source: EvidenceSource, question: Question): Promise<Answer> {
  const answer = await source.ask(question, context);
  expect(Answer.safeParse(answer).error).toBeUndefined();
  return answer;
}

function dataOf<About extends Question["about"]>(answer: Answer, about: About): DataOf<About> {
  if (answer.kind !== "answered" || answer.data.about !== about) throw new Error(`no ${about} but ${JSON.stringify(answer)}`);
  return answer.data as DataOf<About>;
}

const change = (id: string, more: Partial<ChangeRecord> = {}): ChangeRecord => ({
  id, entity: deployment, kind: "deployment", started_at: "2026-03-02T09:50:00.000Z", ended_at: null, state: "succeeded", share: null, touches: [], by: "ci", from: "v1", to: "v2", title: "v2", url: null, origin: "api", ...more,
}); // prettier-ignore
const page = (items: readonly unknown[], next_cursor: string | null = null): FakeAnswer => ({ json: { items, next_cursor } });
const changesOf = (of: string[]): Question => ({ about: "changes", of, window });

describe("changes from the control plane", () => {
  test("are those of the asked things, by entity, by what they touch and by namespace, with the call that was made", async () => {
    const items = [
      change("a"),
      change("b", { entity: "eu/shop/config/flags", touches: [service] }),
      change("c", { entity: "eu/pay/deployment/ledger" }),
    ];
    const { source, http } = await open(page(items));
    const answer = await ask(source, changesOf([deployment, service]));
    expect(dataOf(answer, "changes").changes.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(answer).toMatchObject({ source: "control-plane", coverage: { from: window.from, to: asOf, complete: true } });
    expect(answer.asked[0]?.text).toBe(`GET /api/v1/changes?from=${window.from}&to=${asOf}&limit=200`);
    expect(http.requests[0]?.headers["authorization"]).toBe("Bearer t0ken");
    const whole = await ask(source, changesOf(["eu//namespace/pay"]));
    expect(dataOf(whole, "changes").changes.map(({ id }) => id)).toEqual(["c"]);
  });

  test("end after as_of only as changes that are under way, and start after it not at all", async () => {
    const { source } = await open(
      page([change("a", { ended_at: "2026-03-02T10:05:00.000Z" }), change("b", { started_at: "2026-03-02T10:01:00.000Z" })]),
    );
    expect(dataOf(await ask(source, changesOf([deployment])), "changes").changes).toEqual([change("a", { state: "started" })]);
  });

  test("are read over pages, and what the last allowed page leaves out is told", async () => {
    const { source, http } = await open((request) => page([change(`c${request.query.get("cursor") ?? ""}`)], "next"));
    const answer = await ask(source, changesOf([deployment]));
    expect(http.requests).toHaveLength(5);
    expect(answer).toMatchObject({ coverage: { complete: false, truncated_by: "rows" } });
  });
});

describe("alerts from the control plane", () => {
  const alert = (id: number, more: object) => ({
    id: `00000000-0000-7000-8000-00000000000${id}`, fingerprint: "00000000000000aa", integration: "alertmanager", name: `alert-${id}`, status: "firing", severity: "critical", entity: service, environment: "production",
    cluster: "eu", labels: {}, annotations: {}, starts_at: "2026-03-02T09:55:00.000Z", ends_at: null, received_at: "2026-03-02T09:56:00.000Z", incident_id: null, held: null, links: [], ...more,
  }); // prettier-ignore

  test("are those of the place that fired in the window, in the state of that time", async () => {
    const items = [
      alert(1, { ends_at: "2026-03-02T10:05:00.000Z", status: "resolved" }),
      alert(2, { entity: "eu/pay/service/ledger" }),
      alert(3, { ends_at: "2026-03-02T08:00:00.000Z", starts_at: "2026-03-02T07:00:00.000Z", status: "resolved" }),
      alert(4, { starts_at: "2026-03-02T10:02:00.000Z" }),
      alert(5, { entity: null }),
    ];
    const { source } = await open(page(items));
    const answer = await ask(source, { about: "alerts", in: "eu//namespace/shop", window });
    expect(dataOf(answer, "alerts").alerts).toEqual([
      { name: "alert-1", entity: service, state: "firing", from: "2026-03-02T09:55:00.000Z", to: null, readings: [] },
    ]);
  });
});

describe("topology from the control plane", () => {
  const edge = { from: service, to: deployment, kind: "selects", origin: "declared" };
  const near = { entities: [service, deployment], edges: [edge], aliases: [] };
  const question: Question = { about: "topology", of: [service, deployment], depth: 2 };

  test("is one answer for all that was asked, each thing and edge once", async () => {
    const { source, http } = await open({ json: near });
    const answer = await ask(source, question);
    expect(dataOf(answer, "topology")).toEqual({ about: "topology", entities: [deployment, service], edges: [edge], aliases: [] });
    expect(answer).toMatchObject({ coverage: { complete: true, missing_share: 0 } });
    expect(new Set(http.requests.map((request) => request.query.get("of")))).toEqual(new Set([deployment, service]));
  });

  test("tells what is missing when a part of it could not be read", async () => {
    const { source } = await open((request) => (request.query.get("of") === service ? { json: near } : { status: 500, body: "no" }));
    expect(await ask(source, question)).toMatchObject({ kind: "answered", coverage: { complete: false, missing_share: 0.5 } });
  });
});

describe("a control plane in trouble", () => {
  test.each([
    ["unauthorized", fakeFaults.unauthorized, "denied"],
    ["serverError", fakeFaults.serverError, "refused"],
    ["tooManyRequests", fakeFaults.tooManyRequests, "refused"],
    ["garbage", fakeFaults.garbage, "garbled"],
    ["html", fakeFaults.html, "garbled"],
    ["empty", fakeFaults.empty, "garbled"],
    ["reset", fakeFaults.reset, "unreachable"],
    ["resetMidBody", fakeFaults.resetMidBody, "unreachable"],
    ["truncated", fakeFaults.truncated, "unreachable"],
    ["unavailable", fakeFaults.unavailable, "refused"],
    ["slow", fakeFaults.slow, "timeout"],
    ["trickle", fakeFaults.trickle, "timeout"],
    ["hang", fakeFaults.hang, "timeout"],
    ["huge", fakeFaults.huge, "too_large"],
    ["gzipBomb", fakeFaults.gzipBomb, "too_large"],
  ] as const)("(%s) is a labelled answer about every question", async (_, fault, because) => {
    const { source } = await open(fault);
    const questions: Question[] = [
      changesOf([deployment]),
      { about: "alerts", in: service, window },
      { about: "topology", of: [service], depth: 1 },
    ];
    for (const question of questions)
      expect(await source.ask(question, { ...context, deadlineMs: because === "timeout" ? 500 : 10_000 })).toMatchObject({
        kind: "unanswered",
        because,
        question,
      });
  });

  test("is told as breaker_open once the breaker has opened", async () => {
    const { source } = await open(fakeFaults.serverError);
    for (let call = 0; call < 5; call++) await ask(source, changesOf([deployment]));
    expect(await ask(source, changesOf([deployment]))).toMatchObject({ because: "breaker_open" });
    expect(source.breakerState()).toBe("open");
  });

  test("that was never configured says so", async () => {
    const deps = {
      outbound: createOutboundFactory({ metrics: testMetrics(), log: quietLog, clock: systemClock }),
      cache: noCache,
      clock: fixedClock(asOf),
      log: quietLog,
    };
    expect(await openControlPlaneSource(config, deps).ask(changesOf([deployment]), context)).toMatchObject({ because: "not_configured" });
  });

  test("is not asked about what it does not know", async () => {
    const { source } = await open(page([]));
    expect(source.answers({ about: "objects", kinds: ["pod"], in: service, as_of: asOf })).toBe(false);
    expect(source.answers(changesOf([deployment]))).toBe(true);
  });
});
