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
 * passes between a caller's lines and a callee's is laid at their doors as the way of counted calls is: at the callee's, and at the
 * caller's only where the ways to many of its callees got longer.
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

/** Handovers with each neighbour, of which some got longer. */
function gapOf(all: readonly Shift[], otherEnd: (shift: Shift) => EntityId): Gap {
  const shifted = all.filter(({ seconds }) => seconds > 0).sort((a, b) => b.seconds - a.seconds);
  return {
    seconds: all.reduce((sum, { seconds }) => sum + seconds, 0),
    shifted: new Set(shifted.map(otherEnd)).size,
    edges: new Set(all.map(otherEnd)).size,
    cites: shifted.map(({ cite }) => cite),
  };
}

interface Loss {
  readonly component: EntityId;
  readonly gapIn: Gap;
  readonly gapOut: Gap;
  readonly seconds: number;
}

// Where neither is known to call the other, whoever wrote the last line is taken for the callee: it had something to say, and then hands over.
function isCallee({ graph }: Seen, component: EntityId, { from, to }: Shift): boolean {
  const other = from === component ? to : from;
  const [calls, called] = [graph.needs(component).includes(other), graph.needs(other).includes(component)];
  return calls === called ? from === component : called;
}

function losses(seen: Seen): Loss[] {
  const all = shifts(seen);
  const components = [...new Set(all.flatMap(({ from, to }) => [from, to]))].sort(byCodeUnit);
  return components.map((component) => {
    const otherEnd = ({ from, to }: Shift) => (from === component ? to : from);
    const own = all.filter(({ from, to }) => from === component || to === component);
    const gapIn = gapOf(own.filter((shift) => isCallee(seen, component, shift)), otherEnd); // prettier-ignore
    const gapOut = gapOf(own.filter((shift) => !isCallee(seen, component, shift)), otherEnd); // prettier-ignore
    return { component, gapIn, gapOut, seconds: waySeconds({ gapIn, gapOut }) };
  });
}

/** Components around whose log lines traces stand still for longer than they used to, where no counted calls tell of them. */
export function detectHandovers(seen: Seen): Finding[] {
  const counted = contributionsOf(seen);
  const found = losses(seen).filter(({ component }) => !isCounted(counted.get(component)));
  const most = Math.max(0, ...found.map(({ seconds }) => seconds));
  return found.flatMap(({ component, gapIn, gapOut, seconds }) => {
    const strength = lossStrength(seconds, most);
    if (strength < ownStrengthMin) return [];
    const evidence = [...gapIn.cites, ...gapOut.cites].slice(0, 10);
    const values = {
      seconds: gapIn.seconds + gapOut.seconds,
      own: seconds,
      shifted: gapIn.shifted + gapOut.shifted,
      edges: gapIn.edges + gapOut.edges,
    };
    return [finding({ what: "handover_longer", entity: component, strength, evidence, values })];
  });
}
