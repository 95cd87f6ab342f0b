import { describe, expect, it } from "vitest";
import { evidenceId } from "@sre/contracts/canonical";
import type { Answer, DataOf, EntityId, EvidenceData, Question } from "@sre/contracts/evidence";
import { diagnose, planQuestions, scopeOf } from "../index.ts";
import { readEvidence } from "../seen/seen.ts";
import { ago, alert, asOf } from "../testing/builders.ts";
import { id, minute } from "../testing/world.ts";
import { detectFindings } from "./detect.ts";

const [entry, cart, stock, ledger] = [id("service", "entry"), id("service", "cart"), id("service", "stock"), id("service", "ledger")];
const scope = scopeOf({ asOf, alerts: [alert("Slow", entry, 5)], entities: [], deployment: null });
// From the beginning of the baseline to now, a bucket a minute; the last nine are of the fault.
const points = 95;
const faulty = (i: number) => i >= points - 9;

type Row = DataOf<"calls">["rows"][number];

interface Traffic {
  readonly calls?: number;
  readonly seconds: readonly [normal: number, fault: number];
  readonly own?: readonly [normal: number, fault: number] | undefined;
  readonly operation?: string;
  readonly failed?: number;
}

const level = ([normal, fault]: readonly [number, number]) => Array.from({ length: points }, (_, i) => (faulty(i) ? fault : normal));

function row(of: string, side: Row["side"], { calls = 20, seconds, own, failed = 0, operation = "get" }: Traffic): Row {
  const error = level([0, failed]);
  const codes = { ok: error.map((n) => calls - n), error };
  const times = { p50_seconds: level(seconds), p90_seconds: level(seconds) };
  return { of, side, operation, codes, ...times, ...(own === undefined ? {} : { own_p50_seconds: level(own) }) };
}

const edge = (from: EntityId, to: EntityId) => `${from}>calls>${to}`;
const both = (from: EntityId, to: EntityId, { server, client = server }: { server: Traffic; client?: Traffic }): Row[] => [
  row(edge(from, to), "server", server),
  row(edge(from, to), "client", { ...client, own: undefined }),
];

function answerTo(question: Question, data: EvidenceData): Answer {
  const coverage = { from: ago(points), to: asOf, complete: true, missing_share: 0 };
  return { id: evidenceId(question, "test"), source: "test", question, asked: [], kind: "answered", data, coverage };
}

const span = { from: ago(points), to: asOf };
function counted(rows: readonly Row[]): Answer[] {
  const question: Question = { about: "calls", of: [entry, cart, stock, ledger], window: span, step_seconds: 60 };
  const edges = [...new Set(rows.map(({ of }) => of))].flatMap((of) => {
    const [from, , to] = of.split(">");
    return from !== undefined && to !== undefined ? [{ from, to, kind: "calls" as const, origin: "spans" }] : [];
  });
  const topology = { about: "topology" as const, entities: [entry, cart, stock, ledger], edges, aliases: [] };
  return [
    answerTo(question, { about: "calls", start: ago(points - 1), step_ms: minute, rows: [...rows] }),
    answerTo({ about: "topology", of: [entry], depth: 2 }, topology),
  ];
}

const own = (answers: readonly Answer[]) =>
  detectFindings(readEvidence(scope, answers)).filter(({ what }) =>
    ["own_time_risen", "way_longer", "own_failures", "step_left_out", "own_log_new"].includes(what),
  );

const quick: Traffic = { seconds: [0.02, 0.02], own: [0.01, 0.01] };
/** The entry calls the cart, the cart calls the stock and the ledger. */
const chain = (changed: Partial<Record<"cart" | "stock" | "ledger", { server: Traffic; client?: Traffic }>> = {}): Row[] => [
  ...both(entry, cart, changed.cart ?? { server: quick }),
  ...both(cart, stock, changed.stock ?? { server: quick }),
  ...both(cart, ledger, changed.ledger ?? { server: quick }),
];

describe("what a service adds by itself", () => {
  it("is nothing where calls are as before", () => {
    expect(own(counted(chain()))).toEqual([]);
  });

  it("is told by the slowest tenth of its calls where their median was lost, half believed", () => {
    const slow = both(entry, cart, { server: quick, client: { seconds: [0.03, 0.6] } });
    const way = (rows: readonly Row[]) => own(counted(rows)).find(({ what }) => what === "way_longer");
    const lost = slow.map((each) => (each.side === "client" ? { ...each, p50_seconds: level([0, 0]).map(() => null) } : each));
    expect(way(slow)).toMatchObject({ entity: cart, values: { shifted: 1 } });
    expect(way(lost)).toMatchObject({ entity: cart, values: { shifted: 1 } });
    expect(way(lost)?.values["seconds"]).toBeCloseTo(Number(way(slow)?.values["seconds"]) / 2, 3);
  });

  it("is its own time, and not that of whoever waits for it", () => {
    const slow = { seconds: [0.02, 0.5], own: [0.01, 0.49] } as const;
    const waiting = { seconds: [0.05, 0.53], own: [0.01, 0.01] } as const;
    const found = own(counted(chain({ cart: { server: waiting }, stock: { server: slow } })));
    expect(found.map(({ what, entity }) => [what, entity])).toEqual([["own_time_risen", stock]]);
  });

  it("is told without own times by what calls took longer less what they waited for", () => {
    const rows = [row(edge(entry, cart), "server", { seconds: [0.05, 0.53] }), row(edge(cart, stock), "server", { seconds: [0.02, 0.5] })];
    expect(own(counted(rows)).map(({ what, entity }) => [what, entity])).toEqual([["own_time_risen", stock]]);
  });

  it("is the way to it where clients wait longer than it works", () => {
    const far = { server: quick, client: { seconds: [0.022, 0.422] } as const };
    const [first] = own(counted(chain({ stock: far })));
    expect(first).toMatchObject({ what: "way_longer", entity: stock });
  });

  it("is failures that nothing it calls had", () => {
    const failing = { ...quick, failed: 8 };
    const found = own(counted(chain({ cart: { server: failing }, ledger: { server: failing } })));
    expect(found.map(({ what, entity }) => [what, entity])).toEqual([["own_failures", ledger]]);
  });

  it("is a step that it no longer takes for an operation, whatever else is called less", () => {
    const step = (during: number): Row => {
      const steps = row(cart, "server", { seconds: [0.001, 0.001], operation: "get > Cart.check" });
      return { ...steps, codes: { ok: Array.from({ length: points }, (_, i) => (faulty(i) ? during : 20)) } };
    };
    expect(own(counted([...chain(), step(19)]))).toEqual([]);
    expect(own(counted([...chain(), step(2)]))[0]).toMatchObject({ what: "step_left_out", entity: cart, from: ago(9) });
  });

  it("is little where so few calls were seen before that nobody knows what is usual", () => {
    const slow = { seconds: [0.02, 0.5], own: [0.01, 0.49] } as const;
    const rows = (often: boolean) => {
      const [first, ...others] = chain({ stock: { server: slow } }).filter(({ of }) => of === edge(cart, stock));
      const usual = Array.from({ length: points }, (_, i) => (faulty(i) || often || i === 80 ? 1 : 0));
      return [first, ...others].flatMap((one) => (one === undefined ? [] : [{ ...one, codes: { ok: usual } }]));
    };
    const secondsOf = (often: boolean) => own(counted(rows(often))).find(({ what }) => what === "own_time_risen")?.values["seconds"] ?? 0;
    expect(Number(secondsOf(false))).toBeLessThan(Number(secondsOf(true)) / 3);
    expect(Number(secondsOf(true))).toBeGreaterThan(3);
  });

  const newLines = (of: EntityId, lines: number): Answer => {
    const question: Question = { about: "logs", of, levels: [], window: span, want: "patterns", limit: 100 };
    const counts = Array.from({ length: points }, (_, i) => (faulty(i) ? lines : 0));
    const pattern = { template: "it broke", level: "error" as const, instance: "current" as const, counts, first_at: ago(4), last_at: asOf, samples: [] }; // prettier-ignore
    return answerTo(question, { about: "logs", start: ago(points - 1), step_ms: minute, lines_total: 9 * lines, traces_total: null, filter: "", patterns: [pattern] }); // prettier-ignore
  };
  const linesOf = (answers: readonly Answer[], entity: EntityId) =>
    own(answers).find((found) => found.what === "own_log_new" && found.entity === entity);

  it("is no line that so few calls before could have missed by chance", () => {
    const rare = (servedBefore: number): Answer[] => {
      const served = Array.from({ length: points }, (_, i) => (faulty(i) ? 4 : i === points - 12 ? servedBefore : 0));
      const rows = both(entry, stock, { server: quick }).map((each) => ({ ...each, codes: { ok: served } }));
      return [...counted(rows), newLines(stock, 1)];
    };
    expect(linesOf(rare(3), stock)).toBeUndefined();
    expect(linesOf(rare(40), stock)).toBeDefined();
  });

  it("is lines that most of its calls write and never wrote before, since the first of them, and not one that a few write", () => {
    const strengthOf = (lines: number) => linesOf([...counted(chain()), newLines(stock, lines)], stock)?.strength ?? 0;
    expect(strengthOf(12)).toBeGreaterThan(0.4);
    expect(strengthOf(1)).toBeLessThan(strengthOf(12) / 2);
    expect(linesOf([...counted(chain()), newLines(stock, 12)], stock)).toMatchObject({ from: ago(4) });
  });

  it("is what a service it still calls shows as well, and neither what it no longer calls nor what speaks of fewer calls", () => {
    const strengthOf = (rows: readonly Row[], lines: number) =>
      linesOf([...counted(rows), newLines(cart, 12), newLines(stock, lines)], cart)?.strength ?? 0;
    const gone = chain().map((one) => (one.of !== edge(cart, stock) ? one : { ...one, codes: { ok: level([20, 1]) } }));
    const explained = strengthOf(chain(), 12);
    expect(explained).toBeLessThan(strengthOf(gone, 12) / 2);
    expect(explained).toBeLessThan(strengthOf(chain(), 7) / 2);
  });
});

describe("a diagnosis from counted calls", () => {
  const slow = { seconds: [0.02, 0.9], own: [0.01, 0.89] } as const;
  const answers = counted(chain({ cart: { server: { seconds: [0.05, 0.93], own: [0.01, 0.01] } }, stock: { server: slow } }));

  it("names the one that adds most, calls it likely at the most, and proposes nothing that changes anything", () => {
    const { causes, verdict, plan } = diagnose(scope, answers);
    expect(causes[0]).toMatchObject({ entity: stock, fault: "slow_by_itself" });
    expect(verdict).toBe("likely");
    expect(plan.steps.filter(({ mutates }) => mutates)).toEqual([]);
  });

  it("calls nothing likely where two add as much", () => {
    const two = counted(chain({ stock: { server: slow }, ledger: { server: slow } }));
    expect(diagnose(scope, two).verdict).toBe("inconclusive");
  });

  it("does not depend on the order of rows", () => {
    const reversed = answers.map((answer) =>
      answer.kind === "answered" && answer.data.about === "calls" ? { ...answer, data: { ...answer.data, rows: answer.data.rows.toReversed() } } : answer,
    ); // prettier-ignore
    expect(diagnose(scope, reversed.toReversed())).toEqual(diagnose(scope, answers));
  });

  it("asks for calls of neighbours once somebody counts calls, and for one thing more a round at the most", () => {
    const extra = planQuestions(scope, answers, 2).filter(({ about }) => about === "calls");
    expect(extra.length).toBeLessThanOrEqual(1);
    const means = planQuestions(scope, answers.slice(1), 2).filter((question) => question.about === "series" && question.statistics.join() === "mean"); // prettier-ignore
    expect(means).toHaveLength(1);
  });
});

describe("a log of which most was never recorded", () => {
  const question: Question = { about: "logs", of: cart, levels: [], window: span, want: "patterns", limit: 100 };
  // Five minutes of the normal stretch and five of the window were recorded, with as many lines a minute in both.
  const recorded = (i: number) => (i >= 10 && i < 15) || i >= points - 5;
  const counts = Array.from({ length: points }, (_, i) => (recorded(i) ? 6 : 0));
  const pattern = { template: "as always", level: "warn" as const, instance: "current" as const, counts, first_at: ago(84), last_at: asOf, samples: [] }; // prettier-ignore
  const told = answerTo(question, { about: "logs", start: ago(points - 1), step_ms: minute, lines_total: 60, traces_total: null, filter: "", patterns: [pattern] }); // prettier-ignore
  const withMissing = (share: number): Answer =>
    told.kind === "answered" ? { ...told, coverage: { ...told.coverage, missing_share: share } } : told;
  const risen = (answer: Answer) => detectFindings(readEvidence(scope, [answer])).filter(({ what }) => what === "log_risen");

  it("is not called risen for the silence in which nobody listened", () => {
    expect(risen(withMissing(0.9))).toEqual([]);
  });

  it("is called risen for a silence that was listened to", () => {
    const quiet = { ...pattern, counts: counts.map((n, i) => (i < 15 ? Math.floor(n / 6) : n)) };
    const heard = answerTo(question, { about: "logs", start: ago(points - 1), step_ms: minute, lines_total: 35, traces_total: null, filter: "", patterns: [quiet] }); // prettier-ignore
    expect(risen(heard)).toHaveLength(1);
  });
});
