import { describe, expect, it } from "vitest";
import { scopeOf } from "../index.ts";
import { readEvidence } from "../seen/seen.ts";
import { ago, alert, asOf, calls, steady, step } from "../testing/builders.ts";
import { answerOf, emptyWorld, id, run, type Curve, type World, type WorldSeries } from "../testing/world.ts";
import { detectUsageShift } from "./cpu-shift.ts";

const [entry, cart, stock] = [id("service", "entry"), id("service", "cart"), id("service", "stock")];

function golden(of: string, { latency = steady(0.1), errors = steady(0.0001) }: { latency?: Curve; errors?: Curve }): WorldSeries[] {
  return [
    { of, signal: "golden:latency", unit: "s", curve: latency },
    { of, signal: "golden:errors", unit: "1", curve: errors },
    { of, signal: "golden:traffic", unit: "{request}/s", curve: steady(10) },
  ];
}

const world = (series: readonly WorldSeries[]): World => ({
  ...emptyWorld(asOf),
  alerts: [alert("Slow", entry, 6)],
  edges: [calls(entry, cart), calls(cart, stock)],
  series,
});

describe("the part that a component has in what is lost, by golden signals and edges alone", () => {
  const rise = { since: 9 };

  it("is laid at the one whose delay nothing that it calls accounts for", () => {
    const series = [
      ...golden(entry, { latency: step(0.3, 0.7, rise) }),
      ...golden(cart, { latency: step(0.2, 0.6, rise) }),
      ...golden(stock, { latency: step(0.1, 0.5, rise) }),
    ];
    const { causes, verdict } = run(world(series)).diagnosis;
    expect(causes[0]).toMatchObject({ entity: stock, fault: "slow_by_itself" });
    expect(verdict).toBe("confirmed");
  });

  it("is half believed where it shows in one step only", () => {
    const series = [entry, cart, stock].flatMap((of) => golden(of, of === stock ? { latency: step(0.1, 0.5, { since: 1 }) } : {}));
    const { causes, verdict } = run(world(series)).diagnosis;
    expect(causes[0]?.for.find(({ what }) => what === "own_delay")?.strength ?? 0).toBeLessThan(0.6);
    expect(verdict).not.toBe("confirmed");
  });

  it("is laid at the one that fails although what it calls answers", () => {
    const series = [
      ...golden(entry, { errors: step(0.0001, 0.2, rise) }),
      ...golden(cart, { errors: step(0.0001, 0.2, rise) }),
      ...golden(stock, {}),
    ];
    expect(run(world(series)).diagnosis.causes[0]).toMatchObject({ entity: cart, fault: "failing_by_itself" });
  });

  it("is told by count of one that also fails, but rarely", () => {
    const rare = { ...golden(stock, {})[2]!, curve: steady(0.02) };
    const [latency, errors] = golden(stock, { errors: step(0.0001, 0.5, rise) }) as [WorldSeries, WorldSeries];
    const failing = { errors: step(0.0001, 0.2, rise) };
    const series = [...golden(entry, failing), ...golden(cart, failing), latency, errors, rare];
    const { causes, ruled_out: others } = run(world(series)).diagnosis;
    expect(causes[0]).toMatchObject({ entity: cart, fault: "failing_by_itself" });
    const told = [...others.map(({ because }) => because), ...causes.flatMap(({ against }) => against)];
    const counted = told.find(({ what, entity }) => what === "adds_few_failures" && entity === stock);
    expect(counted?.text.en).toMatch(/^Of the failed calls \d arise in service stock itself, and \d{3,} in service cart$/);
  });

  it("is nobody's where nothing is beyond its everyday unrest", () => {
    const series = [entry, cart, stock].flatMap((of) => golden(of, {}));
    expect(run(world(series)).diagnosis.causes).toEqual([]);
  });
});

describe("a strong rise of what is used", () => {
  const scope = scopeOf({ asOf, alerts: [alert("Slow", entry, 2)], entities: [], deployment: null });
  const found = (curves: Readonly<Record<string, Curve>>, unit = "{core}", signal = "resource:cpu") => {
    const series = Object.entries(curves).map(([of, curve]) => ({ of, signal, unit, curve }));
    const resource = signal.endsWith("cpu") ? ("cpu" as const) : ("memory" as const);
    const window = { from: ago(30), to: asOf };
    const answer = answerOf({ ...emptyWorld(asOf), series }, { about: "series", of: Object.keys(curves), signal: { resource }, statistics: ["mean"], window, step_seconds: 10 }); // prettier-ignore
    return detectUsageShift(readEvidence(scope, [answer]));
  };

  it("is found against its own normal although nothing was recorded before the window", () => {
    const told = found({ [cart]: step(0.1, 2, { since: 3 }), [stock]: step(0.1, 0.2, { since: 3 }) });
    expect(told.map(({ what, entity }) => [what, entity])).toEqual([["cpu_risen", cart]]);
  });

  it("is not found in one odd sample, nor in what idles", () => {
    expect(found({ [cart]: step(0.1, 4, { since: 2, until: 1.9 }), [stock]: step(0.001, 0.02, { since: 3 }) })).toEqual([]);
  });

  it("is found in memory that grows clearly, and not in everyday unrest", () => {
    expect(
      found({ [cart]: step(1e8, 2e8, { since: 3 }), [stock]: steady(1e8) }, "By", "resource:memory").map(({ entity }) => entity),
    ).toEqual([cart]);
  });
});
