import { describe, expect, it } from "vitest";
import { diagnose, scopeOf } from "../index.ts";
import { ago, alert, asOf, step } from "../testing/builders.ts";
import { answerOf, emptyWorld, id, type Curve } from "../testing/world.ts";

const cart = id("service", "cart");
const scope = scopeOf({ asOf, alerts: [alert("Slow", cart, 2)], entities: [], deployment: null });
const mebibyte = 1024 ** 2;
const rises = { since: 3 };

function firstFault(cpu: Curve, memory: Curve): string | undefined {
  const window = { from: ago(30), to: asOf };
  const used = [
    { resource: "cpu", unit: "{core}", curve: cpu },
    { resource: "memory", unit: "By", curve: memory },
  ] as const;
  const answers = used.map(({ resource, unit, curve }) => {
    const series = [{ of: cart, signal: `resource:${resource}`, unit, curve }];
    return answerOf({ ...emptyWorld(asOf), series }, { about: "series", of: [cart], signal: { resource }, statistics: ["mean"], window, step_seconds: 10 }); // prettier-ignore
  });
  return diagnose(scope, answers).causes[0]?.fault;
}

describe("of CPU and memory that rise together", () => {
  it("CPU is the cause where memory rises by what a small program takes", () => {
    expect(firstFault(step(0.01, 1, rises), step(8 * mebibyte, 20 * mebibyte, rises))).toBe("cpu_surge");
    expect(firstFault(step(0.01, 1, rises), step(300 * mebibyte, 360 * mebibyte, rises))).toBe("cpu_surge");
  });

  it("memory is the cause where it rises by half and more, since filling it takes CPU", () => {
    expect(firstFault(step(0.01, 1, rises), step(300 * mebibyte, 600 * mebibyte, rises))).toBe("memory_surge");
    expect(firstFault(step(0.01, 1, rises), step(8 * mebibyte, 200 * mebibyte, rises))).toBe("memory_surge");
  });
});
