import { describe, expect, it } from "vitest";
import type { FaultKind } from "../faults/catalogue.ts";
import { finding } from "../finding.ts";
import type { FindingKind } from "../messages/findings.ts";
import { titleOf } from "./title.ts";

const entity = "eu-1/shop/service/cart";

function title(fault: FaultKind, shownBy: readonly FindingKind[]): string {
  const mechanism = shownBy.map((what) => finding({ what, entity, strength: 0.9, evidence: [] }));
  return titleOf({ entity, fault, mechanism, symptoms: [] }).en;
}

describe("the title of a cause", () => {
  it("says that calls are slow in transit only where counted calls show it", () => {
    expect(title("slow_connections", ["way_longer"])).toBe("calls to or from service cart are slow in transit");
    expect(title("slow_connections", ["way_longer", "handover_longer"])).toBe("calls to or from service cart are slow in transit");
    expect(title("slow_connections", ["handover_longer"])).toBe("time is lost in service cart or on the way to or from it");
  });

  it("names the CPU where it rose with the memory", () => {
    expect(title("memory_surge", ["memory_risen"])).toBe("service cart uses far more memory than usual");
    expect(title("memory_surge", ["memory_risen", "cpu_risen"])).toBe("service cart uses far more memory and CPU than usual");
  });
});
