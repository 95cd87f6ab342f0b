import { createServer } from "node:http";
import { Answer, entityId, type Question } from "@sre/contracts/evidence";
import { fakeFaults, startFakeHttp, type FakeAnswer, type FakeRequest } from "@sre/testkit";
import { describe, expect, test } from "vitest";
import { openLokiSource } from "../loki/index.ts";
import { openPrometheusSource } from "../prometheus/index.ts";
import type { EvidenceSource } from "../source.ts";
import { askedAt, lokiConfig, prometheusConfig, testDeps } from "../testing/deps.ts";

const window = { from: "2026-11-24T01:00:00.000Z", to: "2026-11-24T02:00:00.000Z" };
const asOfMs = Date.parse(window.to);
const checkout = entityId({ cluster: "eu-1", namespace: "shop", kind: "service", name: "checkout" });
const success = (data: unknown): FakeAnswer => ({ json: { status: "success", data } });
const metric = "http_server_request_duration_seconds_count";

function prometheus(request: FakeRequest, rows: boolean): FakeAnswer {
  if (request.path.endsWith("/__name__/values")) return success([metric, "traces_service_graph_request_total"]);
  if (request.path.endsWith("/labels")) return success(["service", "namespace", "http_response_status_code", "client", "server"]);
  if (request.path.endsWith("/rules"))
    return success({
      groups: [{ rules: [{ type: "alerting", name: "Errors", query: "errors > 1", duration: 60, labels: {}, alerts: [] }] }],
    });
  if (request.path.endsWith("/alerts")) return success({ alerts: [] });
  if (request.path.endsWith("/query")) return success({ resultType: "vector", result: [] });
  const values = [[asOfMs / 1_000 - 60, "0.5"], [asOfMs / 1_000, "NaN"]]; // prettier-ignore
  const labels = { service: "checkout", namespace: "shop", client: "cart", server: "checkout", alertname: "Errors", alertstate: "firing" };
  return success({ resultType: "matrix", result: rows ? [{ metric: labels, values }] : [] });
}

function loki(request: FakeRequest, rows: boolean): FakeAnswer {
  const stream = { service_name: "checkout", namespace: "shop" };
  if (request.path.endsWith("/labels")) return success(["service_name", "namespace"]);
  if (request.path.endsWith("/series")) return success([stream]);
  if (request.query.get("query")?.startsWith("sum")) return success({ resultType: "matrix", result: [] });
  return success({
    resultType: "streams",
    result: rows ? [{ stream: { ...stream, detected_level: "error" }, values: [[`${asOfMs - 60_000}000000`, "it broke"]] }] : [],
  });
}

interface Subject {
  readonly name: string;
  readonly questions: readonly Question[];
  readonly serve: (request: FakeRequest, rows: boolean) => FakeAnswer;
  readonly open: (url: string) => EvidenceSource;
}

const subjects: Subject[] = [
  {
    name: "prometheus",
    serve: prometheus,
    open: (url) => openPrometheusSource(prometheusConfig(url), testDeps()),
    questions: [
      { about: "series", of: [checkout], signal: { golden: "traffic" }, statistics: ["rate"], window, step_seconds: 60 },
      { about: "rule", alert: { name: "Errors", entity: checkout }, window, step_seconds: 60 },
      { about: "alerts", in: checkout, window },
      { about: "calls", of: [checkout], window, step_seconds: 60 },
      { about: "topology", of: [checkout], depth: 1 },
    ],
  },
  {
    name: "loki",
    serve: loki,
    open: (url) => openLokiSource(lokiConfig(url), testDeps()),
    questions: [{ about: "logs", of: checkout, levels: ["error"], window, want: "patterns", limit: 100 }],
  },
];

const faults = {
  slow: ["timeout"],
  hang: ["timeout"],
  trickle: ["timeout"],
  reset: ["unreachable"],
  resetMidBody: ["unreachable"],
  truncated: ["unreachable", "garbled"],
  garbage: ["garbled"],
  html: ["garbled"],
  empty: ["garbled"],
  tooManyRequests: ["refused", "timeout"],
  serverError: ["refused", "breaker_open"],
  unavailable: ["refused", "breaker_open"],
  unauthorized: ["denied"],
  huge: ["too_large"],
  gzipBomb: ["too_large"],
} as const satisfies Record<keyof typeof fakeFaults, readonly string[]>;

const deadlineMs = 250;
const amplyMs = 20_000;
// These never end by themselves, or ask to wait for longer than the deadline.
const endless = new Set<keyof typeof faults>(["slow", "hang", "trickle", "tooManyRequests"]);

describe.each(subjects)("$name", ({ serve, open, questions }) => {
  const cases = questions.map((question) => [question.about, question] as const);

  test.each(cases)("%s: answers with data, in the form of the contract", async (_, question) => {
    await using server = await startFakeHttp((request) => serve(request, true));
    const source = open(server.url);
    const answer = await source.ask(question, askedAt(asOfMs));
    await source.close();
    expect(answer, JSON.stringify(answer)).toMatchObject({ kind: "answered", source: source.name, question });
    expect(Answer.safeParse(answer).error).toBeUndefined();
    expect(answer.asked.length).toBeGreaterThan(0);
  });

  test.each(cases)("%s: nothing found is an answer, with what it covers", async (_, question) => {
    await using server = await startFakeHttp((request) => serve(request, false));
    const source = open(server.url);
    const answer = await source.ask(question, askedAt(asOfMs));
    await source.close();
    expect(answer, JSON.stringify(answer)).toMatchObject({ kind: "answered", coverage: { to: window.to } });
    expect(Answer.safeParse(answer).error).toBeUndefined();
  });

  test.each(Object.keys(faults) as (keyof typeof faults)[])(
    "%s is labelled evidence within the deadline, for every question",
    async (fault) => {
      await using server = await startFakeHttp(fakeFaults[fault]);
      const source = open(server.url);
      const wait = endless.has(fault) ? deadlineMs : amplyMs;
      for (const question of questions) {
        const answer = await source.ask(question, askedAt(asOfMs, { deadlineMs: wait }));
        expect(answer.kind).toBe("unanswered");
        expect(faults[fault] as readonly string[]).toContain(answer.kind === "unanswered" ? answer.because : "");
        expect(Answer.safeParse(answer).error).toBeUndefined();
        // The breaker opens after five failures; each question is a first one.
        if (source.breakerState() !== "closed") break;
      }
      await source.close();
    },
  );

  test("the caller's abort ends a question at once, as cancelled", async () => {
    await using server = await startFakeHttp(fakeFaults.hang);
    const source = open(server.url);
    for (const question of questions) {
      const caller = new AbortController();
      const pending = source.ask(question, askedAt(asOfMs, { signal: caller.signal, deadlineMs: 600_000 }));
      setTimeout(() => caller.abort(), 20);
      expect(await pending).toMatchObject({ kind: "unanswered", because: "cancelled" });
    }
    await source.close();
  });

  test("nobody listening is unreachable, and a breaker that opened says so", async () => {
    const free = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => free.once("listening", resolve));
    const address = free.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await new Promise((resolve) => free.close(resolve));
    const source = open(`http://127.0.0.1:${port}`);
    const reasons = new Set<string>();
    for (let attempt = 0; attempt < 6; attempt++) {
      const answer = await source.ask(questions[0] as Question, askedAt(asOfMs, { deadlineMs: 5_000 }));
      if (answer.kind === "unanswered") reasons.add(answer.because);
    }
    await source.close();
    expect(reasons).toEqual(new Set(["unreachable", "breaker_open"]));
  });

  test("an answer of another form is garbled, never half read", async () => {
    await using server = await startFakeHttp({ json: { status: "success", data: { resultType: "matrix", result: [{ metric: 7 }] } } });
    const source = open(server.url);
    for (const question of questions)
      expect(await source.ask(question, askedAt(asOfMs))).toMatchObject({ kind: "unanswered", because: "garbled" });
    await source.close();
  });
});

test("the tenant and the credentials of the configuration are sent", async () => {
  await using server = await startFakeHttp((request) => loki(request, true));
  const access = { url: server.url, authorization: "Bearer for-loki", tls: null, tenant: "team-a" };
  const source = openLokiSource(lokiConfig(server.url, { access }), testDeps());
  await source.ask(subjects[1]?.questions[0] as Question, askedAt(asOfMs));
  await source.close();
  expect(server.requests.length).toBeGreaterThan(0);
  for (const { headers } of server.requests) expect(headers).toMatchObject({ "x-scope-orgid": "team-a", authorization: "Bearer for-loki" });
});
