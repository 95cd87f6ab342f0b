import type { Finding } from "@sre/contracts/evidence";
import type { FindingKind } from "../messages/findings.ts";
import { faultKinds, faultOf } from "./catalogue.ts";

/** Nothing is left out. */
export const everyFault: ReadonlySet<string> = new Set();

/** The findings of an engine that knows nothing of some faults: what only those are shown by is not looked for. */
export function withoutTheirs(findings: readonly Finding[], left: ReadonlySet<string>): readonly Finding[] {
  if (left.size === 0) return findings;
  const shows = (out: boolean) => new Set(faultKinds.filter((kind) => left.has(kind) === out).flatMap((kind) => Object.keys(faultOf(kind).shownBy) as FindingKind[])); // prettier-ignore
  const [theirs, others] = [shows(true), shows(false)];
  return findings.filter(({ what }) => !theirs.has(what as FindingKind) || others.has(what as FindingKind));
}
