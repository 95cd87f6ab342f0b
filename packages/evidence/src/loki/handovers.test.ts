import fc from "fast-check";
import { entityId, type QuestionOf } from "@sre/contracts/evidence";
import { describe, expect, test } from "vitest";
import { readConventions } from "../prometheus/conventions.ts";
import { askedAt } from "../testing/deps.ts";
import type { Asking } from "../source.ts";
import type { FoundLine, LokiApi } from "./api.ts";
import { handoversOf, sampleTraces, type TracedLine } from "./handovers.ts";
import { traceIdOf } from "./trace-ids.ts";
import { answerHandovers } from "./traced-lines.ts";

const service = (name: string) => entityId({ cluster: "eu", namespace: "shop", kind: "service", name });
const [cart, stock, ledger] = [service("cart"), service("stock"), service("ledger")];
const traceId = (n: number) => (n + 1).toString(16).padStart(32, "0");
const startMs = Date.UTC(2026, 10, 20, 3);
const grid = { firstMs: startMs + 60_000, stepMs: 60_000, points: 2 };

const trace = (n: number, ...steps: readonly (readonly [component: string, atMs: number])[]): TracedLine[] =>
  steps.map(([component, atMs]) => ({ component, atMs: startMs + atMs, traceId: traceId(n) }));

describe("the trace that a line belongs to", () => {
  const [long, short] = ["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"];
  test.each([
    [`INFO TraceID: ${long} SpanID: ${short} order placed`, long],
    [`level=info trace_id=${short} msg="order placed"`, short],
    [`{"traceId":"${long.toUpperCase()}","msg":"order placed"}`, long],
    [`calling stock traceparent=00-${long}-${short}-01`, long],
    [`order ${long} placed`, null],
    [`trace_id=${"0".repeat(32)} tracing is off`, null],
    [`trace_id=${long}ff too long`, null],
  ])("of %j is %j", (text, id) => {
    expect(traceIdOf(text)).toBe(id);
  });

  test("is told by a field before the text", () => {
    expect(traceIdOf(`trace_id=${short}`, { traceID: long })).toBe(long);
    expect(traceIdOf(`trace_id=${short}`, { trace_id: "none" })).toBe(short);
  });
});

describe("handovers", () => {
  test("go from the last line of one component to the next line of another, by when it took over", () => {
    const lines = [
      ...trace(1, [cart, 0], [cart, 10], [stock, 30], [cart, 70]),
      ...trace(2, [cart, 100], [stock, 140]),
      ...trace(3, [cart, 59_900], [stock, 61_000]),
    ];
    expect(handoversOf(lines, grid)).toEqual([
      { from: cart, to: stock, counts: [2, 1], p50_seconds: [0.03, 1.1] },
      { from: stock, to: cart, counts: [1, 0], p50_seconds: [0.04, null] },
    ]);
  });

  test("are the same whatever the order of the lines", () => {
    const step = fc.tuple(fc.nat(3), fc.constantFrom(cart, stock, ledger), fc.nat(5_000));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const lines = steps.flatMap(([n, component, atMs]) => trace(n, [component, atMs]));
        expect(handoversOf(lines.toReversed(), grid)).toEqual(handoversOf(lines, grid));
      }),
    );
  });

  test("are those of the most frequent pairs where there are too many", () => {
    const rare = Array.from({ length: 500 }, (_, i) => trace(i, [service(`s${i}`), 0], [cart, 1])).flat();
    const frequent = [1, 2].flatMap((n) => trace(1_000 + n, [ledger, 0], [stock, 5]));
    const found = handoversOf([...rare, ...frequent], grid);
    expect(found).toHaveLength(400);
    expect(found[0]).toMatchObject({ from: ledger, to: stock, counts: [2, 0] });
  });

  test("are read from whole traces where there are more lines than may be read", () => {
    const lines = Array.from({ length: 200 }, (_, n) => trace(n, [cart, 0], [stock, 5])).flat();
    const kept = sampleTraces(lines, 100);
    expect(kept.length).toBeLessThanOrEqual(100);
    expect(kept.length).toBeGreaterThan(20);
    for (const own of Map.groupBy(kept, (line) => line.traceId).values()) expect(own).toHaveLength(2);
  });
});

const asking: Asking = { context: askedAt(startMs + 600_000), signal: new AbortController().signal, asked: [] };
const question = (limit: number): QuestionOf<"logs"> => ({
  about: "logs", of: entityId({ cluster: "eu", namespace: "", kind: "namespace", name: "shop" }), levels: [], want: "handovers", limit,
  window: { from: new Date(startMs).toISOString(), to: new Date(startMs + 600_000).toISOString() },
}); // prettier-ignore

// A server that selects lines as Loki does: by the regular expression of the query, over the text or the field.
function server(all: readonly FoundLine[]) {
  const asked: string[] = [];
  const finds = (query: string) => {
    const [, field, quoted] = / (?:\|~|\| (trace_id)=~) ("(?:[^"\\]|\\.)*")$/.exec(query.replace(/\[\d+s\]\)\)$/, "")) ?? [];
    const pattern = String(JSON.parse(quoted ?? '""')).replace("(?i)", "");
    const form = new RegExp(field === undefined ? pattern : `^(?:${pattern})$`, "i");
    return all.filter(({ text, labels }) => form.test(field === undefined ? text : (labels["trace_id"] ?? "")));
  };
  const api: LokiApi = {
    lines: async (query, { limit }) => {
      asked.push(query);
      return finds(query).toSorted((a, b) => b.atMs - a.atMs).slice(0, limit); // prettier-ignore
    },
    counts: async (query) => [finds(query.replace("sum(count_over_time(", "")).length],
    labels: async () => new Set(["namespace", "service_name", "pod"]),
    streams: async () => [],
  };
  return { asked, tools: { api, conventions: readConventions(null) } };
}

const logged = (n: number, how: "text" | "field"): FoundLine[] =>
  ([["cart", 0], ["stock", 40], ["cart", 60]] as const).map(([name, offset]) => ({
    atMs: startMs + n * 1_000 + offset,
    text: how === "text" ? `INFO trace_id=${traceId(n)} step` : "INFO step",
    labels: { namespace: "shop", service_name: name, pod: `${name}-0`, ...(how === "field" ? { trace_id: traceId(n) } : {}) },
  })); // prettier-ignore

describe("Loki, asked for the handovers in a namespace", () => {
  const noise: FoundLine = { atMs: startMs, text: "GET /healthz 200", labels: { namespace: "shop", service_name: "cart" } };

  test.each(["text", "field"] as const)("tells them from lines that name their trace in a %s", async (how) => {
    const { tools } = server([noise, ...logged(1, how), ...logged(2, how)]);
    const { data, coverage } = await answerHandovers(tools, question(100), asking);
    expect(data).toMatchObject({
      traces_total: 2, lines_total: 4, patterns: [],
      handovers: [{ from: cart, to: stock }, { from: stock, to: cart }],
    }); // prettier-ignore
    expect(data.about === "logs" && data.handovers?.map(({ p50_seconds: p50 }) => p50.find((seconds) => seconds !== null))).toEqual([0.04, 0.02]); // prettier-ignore
    expect(coverage).toMatchObject({ complete: true, from: question(1).window.from });
  });

  test("reads whole traces, as many as the limit holds, and all of the window", async () => {
    const { tools, asked } = server(Array.from({ length: 300 }, (_, n) => logged(n, "text")).flat());
    const { data, coverage } = await answerHandovers(tools, question(300), asking);
    const counts = data.about === "logs" ? (data.handovers ?? []).map((each) => each.counts.reduce((sum, count) => sum + count, 0)) : [];
    expect(data).toMatchObject({ traces_total: counts[0] });
    expect(counts[0]).toBeGreaterThan(30);
    expect(counts[0]).toBeLessThan(100);
    expect(counts[1]).toBe(counts[0]);
    expect(coverage).toMatchObject({ complete: true });
    expect(asked).toHaveLength(2);
  });

  test("tells none where no line names a trace, and refuses what is no namespace", async () => {
    const { tools } = server([noise]);
    expect((await answerHandovers(tools, question(100), asking)).data).toMatchObject({ handovers: [], traces_total: 0 });
    await expect(answerHandovers(tools, { ...question(100), of: cart }, asking)).rejects.toMatchObject({ because: "not_recorded" });
  });
});
