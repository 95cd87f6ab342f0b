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
const id = (kind: string, name: string) => entityId({ cluster: "eu-1", namespace, kind, name });
const every = (stepMs: number, fromMs: number) =>
  Array.from({ length: Math.floor((nowMs - fromMs) / stepMs) }, (_, i) => fromMs + i * stepMs + 500);
const pod = "checkout-7c9d5b8f6d-x2lkq";
const secret = "hunter2-s3cr3t";

async function push(stream: Record<string, string>, lines: readonly (readonly [number, string])[]): Promise<void> {
  const values = lines.map(([atMs, line]) => [`${atMs}000000`, line]);
  const body = JSON.stringify({ streams: [{ stream: { namespace, cluster: "eu-1", ...stream }, values }] });
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
