import { describe, expect, it } from "vitest";
import { evidenceId } from "@sre/contracts/canonical";
import type { Answer, DataOf, EntityId, EvidenceData, Finding, Handover, Question } from "@sre/contracts/evidence";
import { diagnose, planQuestions, scopeOf } from "../index.ts";
import { readEvidence } from "../seen/seen.ts";
import { ago, alert, asOf, calls } from "../testing/builders.ts";
import { id, minute } from "../testing/world.ts";
import { detectFindings } from "./detect.ts";

const [entry, cart, stock, ledger] = [id("service", "entry"), id("service", "cart"), id("service", "stock"), id("service", "ledger")];
const shop = id("namespace", "shop", "");
const scope = scopeOf({ asOf, alerts: [alert("Slow", entry, 5)], entities: [], deployment: null });
// From the beginning of the baseline to now, a bucket a minute; the last nine are of the fault.
const points = 95;
const window = { from: ago(points), to: asOf };
const level = (normal: number, fault: number) => Array.from({ length: points }, (_, i) => (i >= points - 9 ? fault : normal));

const handover = (from: EntityId, to: EntityId, [normal, fault]: readonly [number, number] = [0.01, 0.01]): Handover => ({
  from, to, counts: level(4, 4), p50_seconds: level(normal, fault),
}); // prettier-ignore

function answerTo(question: Question, data: EvidenceData): Answer {
  const coverage = { from: ago(points), to: asOf, complete: true, missing_share: 0 };
  return { id: evidenceId(question, "test"), source: "test", question, asked: [], kind: "answered", data, coverage };
}

const logs = { about: "logs", start: ago(points - 1), step_ms: minute, traces_total: 9, filter: "", patterns: [] } as const;
const told = (handovers: readonly Handover[]): Answer =>
  answerTo({ about: "logs", of: shop, levels: [], window, want: "handovers", limit: 5_000 }, { ...logs, patterns: [], lines_total: 9, handovers: [...handovers] }); // prettier-ignore

/** The entry calls the cart, the cart calls the stock and the ledger. */
const topology = answerTo(
  { about: "topology", of: [entry], depth: 2 },
  { about: "topology", entities: [entry, cart, stock, ledger], edges: [calls(entry, cart), calls(cart, stock), calls(cart, ledger)], aliases: [] },
); // prettier-ignore

const both = (a: EntityId, b: EntityId, shift?: readonly [number, number]) => [handover(a, b, shift), handover(b, a, shift)];

const found = (handovers: readonly Handover[], more: readonly Answer[] = [topology]): Finding[] =>
  detectFindings(readEvidence(scope, [told(handovers), ...more])).filter(({ what }) => what === "handover_longer");

describe("how long traces take from log to log", () => {
  it("tells nothing where it is as before", () => {
    expect(found([...both(entry, cart), ...both(cart, stock), ...both(cart, ledger)])).toEqual([]);
  });

  it("is laid at the one service whose ways all got longer, not at its caller, and is at most likely", () => {
    const slow = [...both(entry, cart), ...both(cart, stock, [0.01, 1]), ...both(cart, ledger)];
    expect(found(slow)[0]).toMatchObject({ entity: stock, values: { shifted: 1, edges: 1 } });
    const { causes, verdict } = diagnose(scope, [told(slow), topology]);
    expect(causes[0]).toMatchObject({ entity: stock, fault: "slow_connections" });
    expect(verdict).not.toBe("confirmed");
  });

  it("is laid at the caller where the ways to all that it calls got longer", () => {
    const slow = [...both(entry, cart), ...both(cart, stock, [0.01, 1]), ...both(cart, ledger, [0.01, 1])];
    expect(found(slow)[0]?.entity).toBe(cart);
  });

  it("is laid at whoever wrote the last line where nobody knows who calls whom", () => {
    const slow = [handover(cart, stock), handover(stock, ledger, [0.01, 1]), handover(ledger, cart)];
    expect(found(slow, [])[0]?.entity).toBe(stock);
  });

  it("leaves a third of the delay that alerts lay at a service of whose callees nothing else is known", () => {
    const slow = (of: EntityId, normal: number, observed: number): DataOf<"alerts">["alerts"][number] => ({
      name: "Slow", entity: of, state: "firing", from: ago(5), to: null, readings: [{ signal: { golden: "latency" }, statistic: "p90", unit: "s", normal, observed }],
    }); // prettier-ignore
    const strength = (alerts: DataOf<"alerts">["alerts"], more: readonly Answer[]) => {
      const answers = [answerTo({ about: "alerts", in: shop, window }, { about: "alerts", alerts }), topology, ...more];
      return detectFindings(readEvidence(scope, answers)).find(({ what }) => what === "delay_of_its_own")?.strength;
    };
    const [alone, quick] = [[slow(cart, 0.1, 2)], [stock, ledger].map((of) => slow(of, 0.1, 0.1))];
    const read = [told(both(entry, cart))];
    expect(strength(alone, [])).toBe(0.95);
    expect(strength(alone, read)).toBeCloseTo(0.285);
    expect(strength([...alone, ...quick.slice(1)], read)).toBeCloseTo(0.6175);
    expect(strength([...alone, ...quick], read)).toBe(0.95);
  });

  it("counts for nothing where calls were counted", () => {
    const row: DataOf<"calls">["rows"][number] = { of: `${cart}>calls>${stock}`, side: "server", operation: "get", codes: { ok: level(9, 9) }, p50_seconds: level(0.1, 0.1), p90_seconds: level(0.1, 0.1) }; // prettier-ignore
    const counted = answerTo(
      { about: "calls", of: [stock], window, step_seconds: 60 },
      { about: "calls", start: ago(points - 1), step_ms: minute, rows: [row] },
    );
    const slow = both(cart, stock, [0.01, 1]);
    expect(found(slow).map(({ entity }) => entity)).toContain(stock);
    expect(found(slow, [topology, counted]).map(({ entity }) => entity)).not.toContain(stock);
  });

  it("is asked for in the second round where a log was read and no calls were counted", () => {
    const pattern = { template: "a", level: "error" as const, instance: "current" as const, counts: level(1, 1), first_at: ago(90), last_at: ago(1), samples: [] }; // prettier-ignore
    const log = answerTo({ about: "logs", of: entry, levels: ["error"], window, want: "patterns", limit: 100 }, { ...logs, lines_total: points, patterns: [pattern] }); // prettier-ignore
    const asked = (answers: readonly Answer[]) => planQuestions(scope, answers, 2).filter((each) => each.about === "logs" && each.want === "handovers"); // prettier-ignore
    const questions = asked([topology, log]);
    expect(questions.map((each) => "window" in each && each.window)).toEqual([
      { from: scope.baselines[0]?.from, to: expect.any(String) },
      { from: expect.any(String), to: scope.window.to },
    ]);
    expect(asked([topology])).toEqual([]);
  });
});
