import type { Finding } from "@sre/contracts/evidence";
import { finding } from "../finding.ts";
import { contributionsOf, failureStrength } from "../seen/contribution.ts";
import type { Seen } from "../seen/seen.ts";
import { ownStrengthMin } from "./own-time.ts";

// As for error rates: a share below one in a hundred is everyday business.
const failedShareMin = 0.01;

/** Services whose calls fail although what they call answers. */
export function detectOwnErrors(seen: Seen): Finding[] {
  return [...contributionsOf(seen).values()].flatMap(({ component, failed, served, cites }) => {
    const strength = failureStrength(failed);
    if (strength < ownStrengthMin || failed < failedShareMin * served) return [];
    const values = { failed, calls: served };
    return [finding({ what: "own_failures", entity: component, strength, evidence: cites.slice(0, 10), values })];
  });
}
