import type { Finding } from "@sre/contracts/evidence";
import { finding } from "../finding.ts";
import { failureStrength, lossStrength } from "../seen/contribution.ts";
import { feltBeyondUnrest, goldenShares, type Excess } from "../seen/golden-share.ts";
import type { Seen } from "../seen/seen.ts";
import { ownStrengthMin } from "./own-time.ts";

/* A component's own part of what is lost, where nobody counted the calls between services. */

// So many times the everyday unrest is a loss: failures are rare and tell early; seconds stray, and count only where what alerts
// lost them too, or where nobody measured that.
const failuresEffectMin = 4;
const secondsEffectMin = 1.5;
const unfeltEffectMin = 4;

const weighed = ({ total, share }: Excess): number => Math.max(0, total) * share;

// One step may be a straying: what shows in it alone is half believed.
const believedSteps = 2;
const believed = ({ steps }: Excess): number => Math.min(1, steps / believedSteps);

/** Components that lose seconds, or calls, beyond what those they call account for. */
export function detectOwnShare(seen: Seen): Finding[] {
  const shares = goldenShares(seen);
  const felt = feltBeyondUnrest(seen);
  const effectMin = felt === null ? unfeltEffectMin : secondsEffectMin;
  const slow = felt === false ? [] : shares.filter(({ seconds }) => seconds.effect >= effectMin);
  const most = Math.max(0, ...slow.map(({ seconds }) => weighed(seconds)));
  const failing = shares.filter(({ failures }) => failures.effect >= failuresEffectMin);
  return [
    ...slow.map(({ component, seconds, cites }) =>
      finding({ what: "own_delay", entity: component, strength: believed(seconds) * lossStrength(weighed(seconds), most), evidence: cites, values: { seconds: seconds.total, own: weighed(seconds), steps: seconds.steps } }),
    ),
    ...failing.map(({ component, failures, cites }) =>
      finding({ what: "own_errors", entity: component, strength: believed(failures) * failureStrength(weighed(failures)), evidence: cites, values: { failed: Math.round(failures.total), steps: failures.steps } }),
    ),
  ].filter(({ strength }) => strength >= ownStrengthMin); // prettier-ignore
}
