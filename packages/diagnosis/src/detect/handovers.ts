import { byCodeUnit } from "@sre/contracts/canonical";
import type { EntityId, Finding } from "@sre/contracts/evidence";
import { finding } from "../finding.ts";
import { believedOf, contributionsOf, isCounted, lossStrength, shiftOf, waySeconds, type Gap } from "../seen/contribution.ts";
import type { SeenHandover } from "../seen/handovers.ts";
import type { Seen } from "../seen/seen.ts";
import { ownStrengthMin } from "./own-time.ts";

/*
 * Where time goes by the logs alone, where nobody counted calls: from the last line of one component to the next line of the same
 * trace in another (message gaps; Aguilera et al., Performance debugging for distributed systems of black boxes, SOSP 2003). What
 * a component does after its last line is its own, and so is the way that its words take: it is believed like the way from
 * callers to a callee. What passes before its first line may as well be the other's, unless it got longer after many of them.
 */

// Fewer handovers than this, in either stretch, are no usual level.
const handoversMin = 2;

interface Shift {
  readonly from: EntityId;
  readonly to: EntityId;
  /** Seconds that all of them took longer. */
  readonly seconds: number;
  readonly cite: SeenHandover["cite"];
}

function shifts(seen: Seen): Shift[] {
  return seen.handovers.flatMap(({ from, to, before, during, cite }) => {
    const [source, target] = [seen.graph.component(from), seen.graph.component(to)];
    if (source === target || Math.min(before.count, during.count) < handoversMin) return [];
    const each = Math.max(0, shiftOf(before.seconds, during.seconds)) * believedOf(before.count);
    return [{ from: source, to: target, seconds: each * during.count, cite }];
  });
}

function gapOf(all: readonly Shift[]): Gap {
  const shifted = all.filter(({ seconds }) => seconds > 0).sort((a, b) => b.seconds - a.seconds);
  return {
    seconds: all.reduce((sum, { seconds }) => sum + seconds, 0),
    shifted: shifted.length,
    edges: all.length,
    cites: shifted.map(({ cite }) => cite),
  };
}

interface Loss {
  readonly component: EntityId;
  readonly after: Gap;
  readonly before: Gap;
  readonly seconds: number;
}

function losses(seen: Seen): Loss[] {
  const all = shifts(seen);
  const [out, into] = [Map.groupBy(all, ({ from }) => from), Map.groupBy(all, ({ to }) => to)];
  return [...new Set([...out.keys(), ...into.keys()])].sort(byCodeUnit).map((component) => {
    const [after, before] = [gapOf(out.get(component) ?? []), gapOf(into.get(component) ?? [])];
    return { component, after, before, seconds: waySeconds({ gapIn: after, gapOut: before }) };
  });
}

/** Components around whose log lines traces stand still for longer than they used to, where no counted calls tell of them. */
export function detectHandovers(seen: Seen): Finding[] {
  const counted = contributionsOf(seen);
  const found = losses(seen).filter(({ component }) => !isCounted(counted.get(component)));
  const most = Math.max(0, ...found.map(({ seconds }) => seconds));
  return found.flatMap(({ component, after, before, seconds }) => {
    const strength = lossStrength(seconds, most);
    if (strength < ownStrengthMin) return [];
    const evidence = [...after.cites, ...before.cites].slice(0, 10);
    const values = { seconds: after.seconds + before.seconds, shifted: after.shifted + before.shifted, edges: after.edges + before.edges };
    return [finding({ what: "handover_longer", entity: component, strength, evidence, values })];
  });
}
