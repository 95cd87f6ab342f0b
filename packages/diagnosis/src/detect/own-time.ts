import type { Finding } from "@sre/contracts/evidence";
import { finding } from "../finding.ts";
import { contributionsOf, lossStrength, lostSeconds } from "../seen/contribution.ts";
import type { Seen } from "../seen/seen.ts";

export const ownStrengthMin = 0.02;

/**
 * Services whose own work takes longer. A service is measured by its own time, not by how long its calls last: whoever calls
 * a slow service is slow too (Nezha, Yu et al., ESEC/FSE 2023; PetShop, Hardt et al., 2023).
 */
export function detectOwnTime(seen: Seen): Finding[] {
  const all = [...contributionsOf(seen).values()];
  const most = Math.max(0, ...all.map(lostSeconds));
  return all.flatMap((one) => {
    const total = lostSeconds(one);
    const strength = total === 0 ? 0 : lossStrength(total, most) * (one.ownSeconds / total);
    if (strength < ownStrengthMin) return [];
    const values = { seconds: one.ownSeconds, calls: one.served };
    return [finding({ what: "own_time_risen", entity: one.component, strength, evidence: one.cites.slice(0, 10), values })];
  });
}
