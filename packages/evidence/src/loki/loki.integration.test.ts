import { Answer, entityId, type Answered, type DataOf, type LogLevel, type Window } from "@sre/contracts/evidence";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instantOf, type EvidenceSource } from "../source.ts";
import { askedAt, lokiConfig, testDeps } from "../testing/deps.ts";
import { openLokiSource } from "./index.ts";

const url = process.env["LOKI_URL"];
const nowMs = Math.floor(Date.now() / 1_000) * 1_000;
const namespace = `shop-${nowMs.toString(36)}`;
const window: Window = { from: instantOf(nowMs - 60 * 60_000), to: instantOf(nowMs) };
const onsetMs = nowMs - 10 * 60_000;
const fieldNamespace = `${namespace}-otlp`;
const id = (kind: string, name: string) => entityId({ cluster: "eu-1", namespace, kind, name });
const every = (stepMs: number, fromMs: number) =>
  Array.from({ length: Math.floor((nowMs - fromMs) / stepMs) }, (_, i) => fromMs + i * stepMs + 500);
const pod = "checkout-7c9d5b8f6d-x2lkq";
const secret = "hunter2-s3cr3t";

const push = (stream: Record<string, string>, lines: readonly (readonly [number, string])[]): Promise<void> =>
  pushTo(namespace, stream, lines.map(([atMs, line]) => [`${atMs}000000`, line])); // prettier-ignore

async function pushTo(place: string, stream: Record<string, string>, values: readonly (readonly unknown[])[]): Promise<void> {
  const body = JSON.stringify({ streams: [{ stream: { namespace: place, cluster: "eu-1", ...stream }, values }] });
  const reply = await fetch(`${url}/loki/api/v1/push`, { method: "POST", headers: { "content-type": "application/json" }, body });
  expect(reply.status, await reply.text()).toBe(204);
}

describe.skipIf(!url)("Loki", () => {
  let source: EvidenceSource;

  beforeAll(async () => {
    await push({ service_name: "checkout", pod, container: "app" }, [
      ...every(5_000, nowMs - 3_600_000).map((at, i) => [at, `level=info msg="handled request ${i} in ${i % 90} ms"`] as const),
      ...every(20_000, nowMs - 3_600_000).map((at, i) => [at, `level=warn slow query took ${200 + i} ms on db.shop:5432`] as const),
      ...every(10_000, onsetMs).map((at, i) => [at, `\u001B[31mlevel=error\u001B[0m could not get connection from pool: timeout after ${3000 + i} ms password=${secret} host=db.shop port 5432 trace_id=${i.toString(16).padStart(32, "a")}`] as const),
    ]); // prettier-ignore
    await push({ app: "cart", service_name: "cart", pod: "cart-0", container: "app" }, every(30_000, nowMs - 3_600_000).map((at, i) => [at, JSON.stringify({ level: "error", msg: `upstream answered 503 Service Unavailable`, order: i })] as const)); // prettier-ignore
    await push({ service_name: "chatty", pod: "chatty-0" }, every(1_000, nowMs - 3_600_000).map((at, i) => [at, `level=error ${at > onsetMs ? "disk is full on volume" : "retrying call"} ${i}`] as const)); // prettier-ignore
    for (const [name, offset] of [
      ["orders", 0],
      ["stock", 40],
      ["orders", 70],
    ] as const) {
      const at = (i: number) => `${onsetMs + i * 1_000 + offset}000000`;
      const traceId = (i: number) => (i + 1).toString(16).padStart(32, "b");
      const text = Array.from({ length: 400 }, (_, i) => [at(i), `INFO TraceID: ${traceId(i)} SpanID: 00f067aa0ba902b7 step`] as const);
      const field = Array.from({ length: 20 }, (_, i) => [at(i), "INFO step", { trace_id: traceId(i) }] as const);
      await pushTo(namespace, { service_name: name, pod: `${name}-0` }, text);
      await pushTo(fieldNamespace, { service_name: name, pod: `${name}-0` }, field);
    }
    source = openLokiSource(lokiConfig(url ?? ""), testDeps());
  });

  afterAll(() => source.close());

  async function logs(of: string, more: { levels?: LogLevel[]; limit?: number } = {}): Promise<Answered & { data: DataOf<"logs"> }> {
    const question = {
      about: "logs" as const,
      of,
      levels: more.levels ?? ["warn", "error", "fatal"],
      window,
      want: "patterns" as const,
      limit: more.limit ?? 2_000,
    };
    const answer = await source.ask(question, askedAt(nowMs));
    expect(answer, JSON.stringify(answer).slice(0, 1_000)).toMatchObject({ kind: "answered" });
    expect(Answer.safeParse(answer).error).toBeUndefined();
    return answer as Answered & { data: DataOf<"logs"> };
  }

  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

  test("a log is told as patterns of the levels asked for, with counts, onset and clean samples", async () => {
    const { data, coverage, asked } = await logs(id("service", "checkout"));
    expect(data.patterns.map(({ level }) => level)).toEqual(["error", "warn"]);
    const [error, warn] = data.patterns;
    expect(error?.template).toContain("could not get connection from pool: timeout after <*>");
    expect(total(error?.counts ?? [])).toBe(60);
    expect(Date.parse(error?.first_at ?? "")).toBe(onsetMs + 500);
    expect(total(warn?.counts ?? [])).toBe(180);
    expect(error?.samples[0]).not.toContain(secret);
    expect(error?.samples[0]).not.toContain("\u001B");
    expect(error?.samples[0]).toContain("host=db.shop port 5432 trace_id=aaaa");
    expect(data).toMatchObject({ lines_total: 240, traces_total: 60 });
    expect(coverage).toMatchObject({ complete: true, from: window.from });
    expect(asked[0]?.text).toContain('service_name="checkout"');
  });

  async function handovers(place: string, limit: number): Promise<Answered & { data: DataOf<"logs"> }> {
    const of = entityId({ cluster: "eu-1", namespace: "", kind: "namespace", name: place });
    const answer = await source.ask({ about: "logs", of, levels: [], window, want: "handovers", limit }, askedAt(nowMs));
    expect(answer, JSON.stringify(answer).slice(0, 1_000)).toMatchObject({ kind: "answered" });
    expect(Answer.safeParse(answer).error).toBeUndefined();
    return answer as Answered & { data: DataOf<"logs"> };
  }

  test("handovers are told of whole traces, as many as may be read, that lines name in their text or in a field", async () => {
    const [few, field] = [await handovers(namespace, 700), await handovers(fieldNamespace, 700)];
    const pairs = ({ data }: typeof few) => (data.handovers ?? []).map(({ from, to, counts, p50_seconds: p50 }) => [from, to, total(counts), Math.max(...p50.map((seconds) => seconds ?? 0))]); // prettier-ignore
    const sampled = pairs(few)[0]?.[2];
    expect(pairs(few)).toEqual([
      [id("service", "orders"), id("service", "stock"), sampled, 0.04],
      [id("service", "stock"), id("service", "orders"), sampled, 0.03],
    ]);
    expect(sampled).toBeGreaterThan(60);
    expect(sampled).toBeLessThan(234);
    expect(few.coverage).toMatchObject({ complete: true });
    expect(pairs(field).map(([, , count, seconds]) => [count, seconds])).toEqual([[20, 0.04], [20, 0.03]]); // prettier-ignore
  });

  test.each([["pod", pod], ["deployment", "checkout"], ["container", `${pod}:app`]])("finds the streams of a %s", async (kind, name) => {
    const { data } = await logs(id(kind, name), { levels: ["error"] });
    expect(data.patterns).toHaveLength(1);
  }); // prettier-ignore

  test("JSON lines are read by their message, and status codes stay", async () => {
    const { data } = await logs(id("service", "cart"));
    expect(data.patterns.map(({ template }) => template)).toEqual(["upstream answered 503 Service Unavailable"]);
  });

  test("a log larger than the limit is sampled over the whole window, its counts are estimates of the true ones", async () => {
    const { data, coverage } = await logs(id("service", "chatty"), { limit: 400 });
    expect(coverage).toMatchObject({ complete: false, truncated_by: "lines", from: window.from });
    expect(data.lines_total).toBeGreaterThan(3_500);
    const byTemplate = Object.fromEntries(data.patterns.map((pattern) => [pattern.template, total(pattern.counts)]));
    expect(byTemplate["level=error retrying call <*>"]).toBeGreaterThan(2_500);
    expect(byTemplate["level=error disk is full on volume <*>"]).toBeGreaterThan(400);
  });

  test("an entity without a log stream is not recorded, never an empty log", async () => {
    const question = {
      about: "logs" as const,
      of: id("service", 'nobody"} |= "x'),
      levels: [],
      window,
      want: "patterns" as const,
      limit: 10,
    };
    expect(await source.ask(question, askedAt(nowMs))).toMatchObject({ kind: "unanswered", because: "not_recorded" });
  });

  test("nothing later than the time asked about is read", async () => {
    const question = {
      about: "logs" as const,
      of: id("service", "checkout"),
      levels: ["error" as const],
      window,
      want: "patterns" as const,
      limit: 100,
    };
    const answer = await source.ask(question, askedAt(onsetMs));
    expect(answer).toMatchObject({ kind: "answered", data: { patterns: [], lines_total: 0 }, coverage: { to: instantOf(onsetMs) } });
  });
});
