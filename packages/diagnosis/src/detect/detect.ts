import { byCodeUnit, canonicalJson } from "@sre/contracts/canonical";
import type { Finding } from "@sre/contracts/evidence";
import type { Seen } from "../seen/seen.ts";
import { detectCalm } from "./calm.ts";
import { detectConnectionPool } from "./connection-pool.ts";
import { detectCrashLoop } from "./crash-loop.ts";
import { detectEvictions } from "./evictions.ts";
import { detectGolden } from "./golden.ts";
import { detectContainerStart } from "./image-pull.ts";
import { detectLimitsReached } from "./limits-reached.ts";
import { detectLogs } from "./logs.ts";
import { detectNodes } from "./nodes.ts";
import { detectOutOfMemory } from "./out-of-memory.ts";
import { detectProbes } from "./probes.ts";
import { detectQuota } from "./quota.ts";
import { detectRule } from "./rule.ts";
import { detectScheduling } from "./scheduling.ts";
import { detectWorkloads } from "./workloads.ts";

type Detector = (seen: Seen) => Finding[];

const detectors: readonly Detector[] = [
  detectRule, detectGolden, detectLogs, detectOutOfMemory, detectCrashLoop, detectContainerStart, detectScheduling, detectProbes,
  detectNodes, detectEvictions, detectQuota, detectWorkloads, detectLimitsReached, detectConnectionPool,
]; // prettier-ignore

/** Strongest first; ties by content, so that the order of evidence never shows. */
export function byStrength(a: Finding, b: Finding): number {
  return b.strength - a.strength || byCodeUnit(canonicalJson(a), canonicalJson(b));
}

/** Everything unusual in the evidence, and what is calm about the things that alert. */
export function detectFindings(seen: Seen): Finding[] {
  const found = detectors.flatMap((detect) => detect(seen));
  return [...found, ...detectCalm(seen, found)].sort(byStrength);
}
