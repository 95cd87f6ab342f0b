import type { EntityId, Finding } from "@sre/contracts/evidence";

/*
 * A limit that nobody feels. More traffic or a full CPU hurt through slow or failed answers: where latency and errors of the same
 * thing were seen and stayed normal, they are how it is run (the USE method's saturation without the RED method's symptoms).
 */

const limits: ReadonlySet<string> = new Set(["golden_traffic_rise", "cpu_at_limit", "cpu_throttled"]);
const felt: ReadonlySet<string> = new Set(["golden_latency", "golden_errors", "golden_saturation", "operation_failing"]);
const unfeltShare = 0.4;

function calm(found: readonly Finding[]): ReadonlySet<EntityId> {
  const normal = found.filter(({ what, values }) => what === "golden_normal" && values["signal"] === "golden:latency");
  const hurt = new Set(found.filter(({ what }) => felt.has(what)).map(({ entity }) => entity));
  return new Set(normal.map(({ entity }) => entity).filter((entity) => !hurt.has(entity)));
}

/** The same findings, with less weight for limits that are reached without any harm. */
export function weighLimits(found: readonly Finding[]): Finding[] {
  const quiet = calm(found);
  return found.map((each) =>
    limits.has(each.what) && quiet.has(each.entity) ? { ...each, strength: Number((each.strength * unfeltShare).toPrecision(6)) } : each,
  );
}
