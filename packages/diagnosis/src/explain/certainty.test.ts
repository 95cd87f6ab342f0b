import { describe, expect, it } from "vitest";
import type { Finding } from "@sre/contracts/evidence";
import { id } from "../testing/world.ts";
import type { PartName, Scored } from "./candidate.ts";
import { basisOf, certaintyModel, chanceOf, confidencesOf, leadMax, leadsOf } from "./certainty.ts";
import { scorePart } from "./score.ts";

const cart = id("service", "cart");
const seen = (what: string, strength: number, values: Finding["values"] = {}): Finding => {
  return { what, entity: cart, strength, evidence: [{ id: "ev" }], values, text: { en: "", "zh-TW": "" } };
};

function cause(fault: Scored["fault"], score: number, mechanism: readonly Finding[] = []): Scored {
  const part = (name: PartName, weight: number) => scorePart({ name, weight, word: "mechanism" });
  return {
    entity: cart, component: cart, fault, seats: [cart], mechanism, symptoms: [], onsetMs: null, change: null, generic: false, own: false,
    parts: [part("mechanism", score / 2), part("reach", score / 2)], against: [], explains: [], reach: 1, explainedBy: null,
  }; // prettier-ignore
}

describe("what names a cause", () => {
  it("settles it where it leaves no other reading, but not where it only tells what is now", () => {
    expect(basisOf("out_of_memory", [seen("oom_killed", 0.97)])).toBe("settled");
    expect(basisOf("out_of_memory", [seen("oom_killed", 0.97, { seen: "now" })])).toBe("shown");
    expect(basisOf("out_of_memory", [seen("memory_at_limit", 0.9)])).toBe("shown");
  });

  it("settles what a service adds by itself only where that is next to all that is lost, and nothing else is as odd", () => {
    expect(basisOf("slow_connections", [seen("way_longer", 0.98)])).toBe("settled");
    expect(basisOf("slow_connections", [seen("way_longer", 0.8)])).toBe("own");
    expect(basisOf("slow_connections", [seen("way_longer", 0.98), seen("cpu_risen", 0.8)])).toBe("own");
    expect(basisOf("slow_by_itself", [seen("own_delay", 0.99)])).toBe("settled");
    expect(basisOf("slow_by_itself", [seen("own_delay", 0.9)])).toBe("own");
    expect(basisOf("answers_without_work", [seen("step_left_out", 0.99)])).toBe("own");
  });

  it("settles a surge where many times the usual processor is used, and not where only memory grows", () => {
    expect(basisOf("cpu_surge", [seen("cpu_risen", 0.8), seen("own_delay", 0.9)])).toBe("settled");
    expect(basisOf("cpu_surge", [seen("cpu_risen", 0.6)])).toBe("own");
    expect(basisOf("cpu_surge", [seen("cpu_risen", 0.8, { seen: "now" })])).toBe("own");
    expect(basisOf("memory_surge", [seen("memory_risen", 0.9), seen("cpu_risen", 0.8)])).toBe("settled");
    expect(basisOf("memory_surge", [seen("memory_risen", 0.9)])).toBe("own");
  });

  it("is more than what is felt where something beside the signals tells that a thing is not well", () => {
    expect(basisOf("unknown", [seen("golden_errors", 0.9), seen("replicas_unavailable", 0.9)])).toBe("generic");
    expect(basisOf("unknown", [seen("golden_errors", 0.9)])).toBe("felt");
  });
});

describe("how sure a cause is", () => {
  const oom = [seen("oom_killed", 0.97)];

  it("keeps the order of scores strictly, whatever names the causes, and equal ones equal", () => {
    const mixed = [
      cause("slow_by_itself", 0.6),
      cause("out_of_memory", 0.55, oom),
      cause("unknown", 0.55),
      cause("out_of_memory", 0.3, oom),
    ];
    const [first = 0, second = 0, third = 0, last = 0] = confidencesOf(mixed);
    expect(first).toBeGreaterThan(second);
    expect(third).toBe(second);
    expect(second).toBeGreaterThan(last);
  });

  it("is never certain and never impossible", () => {
    for (const score of [0.01, 0.5, 0.99])
      for (const basis of ["settled", "shown", "own", "generic", "felt"] as const) {
        const chance = chanceOf({ basis, score, mechanism: score / 2, lead: leadMax });
        expect(chance).toBeGreaterThan(0);
        expect(chance).toBeLessThan(1);
      }
  });

  it("grows with what speaks for a cause and with its lead, and with nothing else falls", () => {
    const { score, mechanism, ahead, behind } = certaintyModel;
    expect(Math.min(score, mechanism, ahead, behind)).toBeGreaterThanOrEqual(0);
    expect(mechanism + score).toBeGreaterThan(0);
  });

  it("counts a lead over the next cause, and a lag behind the first, up to a bound", () => {
    expect(leadsOf([0.8, 0.7, 0.1]).map((lead) => Math.round(lead * 10) / 10)).toEqual([0.1, -0.1, -leadMax]);
    expect(leadsOf([0.8])).toEqual([leadMax]);
  });
});
