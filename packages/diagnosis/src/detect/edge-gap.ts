import type { Finding } from "@sre/contracts/evidence";
import { finding } from "../finding.ts";
import { contributionsOf, lossStrength, lostSeconds, waySeconds } from "../seen/contribution.ts";
import type { Seen } from "../seen/seen.ts";
import { ownStrengthMin } from "./own-time.ts";

/**
 * Services to and from which calls take longer on the way: the client's time less the server's covers the same calls, so
 * that a delay of the network shows in it and in nothing else.
 */
export function detectEdgeGap(seen: Seen): Finding[] {
  const all = [...contributionsOf(seen).values()];
  const most = Math.max(0, ...all.map(lostSeconds));
  return all.flatMap((one) => {
    const total = lostSeconds(one);
    const seconds = waySeconds(one);
    const strength = total === 0 ? 0 : lossStrength(total, most) * (seconds / total);
    const evidence = [...one.gapIn.cites, ...one.gapOut.cites].slice(0, 10);
    if (strength < ownStrengthMin || evidence.length === 0) return [];
    const values = { seconds, shifted: one.gapIn.shifted + one.gapOut.shifted, edges: one.gapIn.edges + one.gapOut.edges };
    return [finding({ what: "way_longer", entity: one.component, strength, evidence, values })];
  });
}
