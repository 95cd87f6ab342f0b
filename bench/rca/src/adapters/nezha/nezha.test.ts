import { canonicalJson } from "@sre/contracts/canonical";
import { entityParts, type Answered, type DataOf, type EvidenceData } from "@sre/contracts/evidence";
import { planQuestions, scopeOf } from "@sre/diagnosis";
import { readSnapshot, snapshotSource, writeSnapshot } from "@sre/evidence";
import { describe, expect, it } from "vitest";
import type { RcaCase } from "../../case.ts";
import { callEdge, podEntity, serviceEntity } from "./entities.ts";
import { nezhaAdapter } from "./index.ts";
import { pods, usual, writeDay, type DayPlan, type Request } from "./testing/day.ts";

const times = (count: number, request: Request): Request[] => Array.from({ length: count }, () => request);
const slow: Request = { ...usual, gap: 400 };
const broken: Request = { ...usual, line: "ERROR Stock#9 shelf is gone" };
const plan: DayPlan = {
  normal: times(8, usual),
  windows: { "10:20": times(6, usual), "10:21": times(6, slow), "10:22": times(6, { ...slow, ...broken, gap: 400 }), "10:40": times(4, usual) },
}; // prettier-ignore

async function casesOf(given: DayPlan): Promise<RcaCase[]> {
  const found = await nezhaAdapter.find(await writeDay(given));
  return (await Promise.all(found.map((one) => one.load()))).flat();
}

async function firstOf(given: DayPlan): Promise<RcaCase> {
  const [first] = await casesOf(given);
  if (!first) throw new Error("no case");
  return first;
}

function told<About extends EvidenceData["about"]>(one: RcaCase, about: About): { answer: Answered; data: DataOf<About> }[] {
  return one.snapshot.answers.flatMap((answer) =>
    answer.kind === "answered" && answer.data.about === about ? [{ answer, data: answer.data as DataOf<About> }] : [],
  );
}

const logsOf = (one: RcaCase, service: string) =>
  told(one, "logs").find(({ answer }) => canonicalJson(answer.question).includes(`/${service}"`))?.data;
const ends = <T>(cells: readonly T[]): T[] => [...cells.slice(0, 1), ...cells.slice(-3)];

describe("cases of Nezha's format", () => {
  it("are the runs of consecutive minutes, named by day and order, under the set's name", async () => {
    expect((await casesOf(plan)).map(({ system, id }) => [system, id])).toEqual([
      ["nezha-shop", "nz-2024-03-05-00"],
      ["nezha-shop", "nz-2024-03-05-01"],
    ]);
    expect(await nezhaAdapter.find("/nowhere/at/all")).toEqual([]);
  });

  it("are the same whatever stands in the labels", async () => {
    const snapshots = await Promise.all(
      ["{}", '{"nz-2024-03-05-00":{"service":"cart"}}'].map(async (labels) => (await firstOf({ ...plan, labels })).snapshot),
    );
    expect(snapshots[1]).toEqual(snapshots[0]);
  });

  it("are valid snapshots in which nothing is later than as_of", async () => {
    const { snapshot } = await firstOf(plan);
    expect(readSnapshot(writeSnapshot(snapshot)).answers).toHaveLength(snapshot.answers.length);
    const { as_of: asOf, window, baselines } = snapshot.header.scope;
    expect(window).toEqual({ from: new Date(Date.parse(asOf) - 180_000).toISOString(), to: asOf });
    expect(Date.parse(baselines[0]?.to ?? "")).toBe(Date.parse(asOf) - 75 * 60_000);
    for (const answer of snapshot.answers) expect(answer.kind === "answered" && answer.coverage.to <= asOf).toBe(true);
  });
});

describe("calls", () => {
  const edge = callEdge("cart", "stock");

  it("tell both sides of an edge, so that their difference is the edge's own time", async () => {
    const [calls] = told(await firstOf(plan), "calls");
    const side = (wanted: string) => calls?.data.rows.find(({ of, side: own }) => of === edge && own === wanted);
    expect(ends(side("server")?.p50_seconds ?? [])).toEqual([0.03, 0.03, 0.03, 0.03]);
    expect(ends(side("client")?.p50_seconds ?? [])).toEqual([0.032, 0.032, 0.43, 0.43]);
    expect(side("client")?.operation).toBe("/stock");
    expect(side("client")?.own_p50_seconds).toBeUndefined();
  });

  it("have as own time what a service does not spend waiting for others", async () => {
    const [calls] = told(await firstOf(plan), "calls");
    const row = calls?.data.rows.find(({ of, side }) => of === callEdge("door", "cart") && side === "server");
    expect(ends(row?.own_p50_seconds ?? [])).toEqual([0.02, 0.02, 0.02, 0.02]);
    expect(ends(row?.codes["unset"] ?? [])).toEqual([8, 6, 6, 6]);
  });

  it("say null, not zero, of minutes that were not recorded, and that they are missing", async () => {
    const [calls] = told(await firstOf(plan), "calls");
    expect(calls?.data.rows[0]?.p50_seconds[10]).toBeNull();
    expect(calls?.answer.coverage).toMatchObject({ complete: false, missing_share: 0.947368 });
  });

  it("tell of what has no edge by its service, and of its inside by the operation it was called with", async () => {
    const [calls] = told(await firstOf(plan), "calls");
    const rows = calls?.data.rows
      .filter(({ of }) => !of.includes(">"))
      .map(({ of, side, operation }) => [entityParts(of).name, side, operation]);
    expect(rows).toEqual([
      ["cart", "client", "/cart > stock /stock"],
      ["cart", "server", "/cart > Cart.show"],
      ["door", "client", "/* > cart /cart"],
      ["door", "server", "/*"],
    ]);
  });

  it("are marked as what no live source tells", async () => {
    const one = await firstOf(plan);
    const marked = one.snapshot.answers.filter(({ id }) => one.notLive.has(id)).map(({ question }) => question.about);
    expect(marked).toEqual(["calls", "series", "series"]);
  });
});

describe("logs, metrics and topology", () => {
  it("give a line the same template in the normal stretch and the window, and a new one no earlier count", async () => {
    const patterns = logsOf(await firstOf(plan), "stock")?.patterns ?? [];
    expect(patterns.map(({ level, counts }) => [level, ends(counts)])).toEqual([
      ["error", [0, 0, 0, 6]],
      ["info", [8, 6, 6, 6]],
    ]);
  });

  it("leave out strays of another day", async () => {
    expect(JSON.stringify(logsOf(await firstOf(plan), "stock"))).not.toContain("yesterday");
  });

  it("tell what pods use in the unit of the contract, of the pod and of its service", async () => {
    const series = told(await firstOf(plan), "series").find(({ answer }) => canonicalJson(answer.question).includes('"signal":{"resource":"cpu"}')); // prettier-ignore
    const rows = series?.data.rows.filter(({ of }) => of === serviceEntity("cart") || of === podEntity(pods.cart)) ?? [];
    expect(rows).toHaveLength(2);
    for (const { values } of rows)
      expect([values[0], values[1], values[20], ...values.slice(-3)]).toEqual([0.1, 0.101, null, 0.12, 0.121, 0.122]);
  });

  it("connect services by their calls, pods to their services, and pods to their nodes", async () => {
    const { edges } = (await firstOf(plan)).snapshot;
    const named = edges.map(({ from, kind, to }) => `${entityParts(from).name} ${kind} ${entityParts(to).name}`);
    expect(named).toContain("cart calls stock");
    expect(named).toContain(`stock selects ${pods.stock}`);
    expect(named).toContain(`${pods.stock} runs_on 10.0.0.7`);
  });
});

describe("the scope", () => {
  it("names what users call and is slow by the traces, from the first slow minute on, and where requests come in", async () => {
    const { scope } = (await firstOf(plan)).snapshot.header;
    expect(scope.entities).toEqual([serviceEntity("cart"), serviceEntity("door")]);
    const expected = new Date(Date.parse(scope.as_of) - 60_000).toISOString();
    expect(scope.alerts.map(({ name, entity, starts_at }) => [name, entity, starts_at])).toEqual([
      ["RequestsSlow", serviceEntity("cart"), expected],
    ]);
  });

  it("names what fails where spans tell it, and nothing that is as usual", async () => {
    const failing = { ...plan, windows: { "10:20": times(6, { ...usual, code: "ERROR" }) } };
    expect((await firstOf(failing)).snapshot.header.scope.alerts.map(({ name }) => name)).toEqual(["RequestsFailing"]);
    expect((await firstOf({ ...plan, windows: { "10:20": times(6, usual) } })).snapshot.header.scope.alerts).toEqual([]);
  });

  it("lets the plan's own questions find the recorded logs and series", async () => {
    const { snapshot } = await firstOf(plan);
    const { as_of: asOf, alerts, entities, deployment } = snapshot.header.scope;
    const source = snapshotSource(snapshot);
    const questions = planQuestions(scopeOf({ asOf, alerts, entities, deployment }), [], 1);
    const context = { asOf, signal: new AbortController().signal, deadlineMs: 1_000 };
    const answers = await Promise.all(questions.map((question) => source.ask(question, context)));
    const about = new Set(answers.filter(({ kind }) => kind === "answered").map(({ question }) => question.about));
    expect([...about].sort()).toEqual(expect.arrayContaining(["alerts", "logs", "series", "topology"]));
  });
});
