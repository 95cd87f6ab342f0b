import type { Scope } from "@sre/contracts/evidence";
import { earliest, ms } from "../time.ts";

/**
 * So long before the first alert a fault may have begun, in seconds: a rule looks back over its range, five minutes as a rule,
 * before it fires. What lies earlier is normal; on recorded faults whose onset is hidden a normal that ends nearer swallowed
 * up to two thirds of them.
 */
const faultLeadSeconds = 290;

/** Where the normal ends and what is to be explained begins, in milliseconds; both ends as in (from, to]. */
export interface Split {
  readonly normal: readonly [fromMs: number, toMs: number];
  readonly fault: readonly [fromMs: number, toMs: number];
}

/** The drawn time parted at the fault: a little before the first alert, or at the window where nothing alerts. */
export function splitOf(scope: Scope): Split {
  const first = earliest(scope.alerts.map(({ starts_at }) => ms(starts_at)));
  const [drawnFrom, from, to] = [ms(scope.baselines[0]?.from ?? scope.window.from), ms(scope.window.from), ms(scope.window.to)];
  const since = first === null ? from : Math.max(from, first - faultLeadSeconds * 1_000);
  return { normal: [drawnFrom, since], fault: [since, to] };
}
