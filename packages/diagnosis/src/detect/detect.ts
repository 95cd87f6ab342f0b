import { byCodeUnit, canonicalJson } from "@sre/contracts/canonical";
import type { Finding } from "@sre/contracts/evidence";
import { roleOf } from "../finding.ts";
import type { Seen } from "../seen/seen.ts";
import { detectAddresses } from "./addresses.ts";
import { detectAlertReadings } from "./alert-readings.ts";
import { detectAlerts } from "./alerts.ts";
import { detectCalm } from "./calm.ts";
import { detectCallersOnNode } from "./callers-on-node.ts";
import { detectClaims } from "./claims.ts";
import { detectUsageShift } from "./cpu-shift.ts";
import { detectEdgeGap } from "./edge-gap.ts";
import { detectOwnErrors } from "./own-errors.ts";
import { detectOwnShare } from "./own-share.ts";
import { detectOwnTime } from "./own-time.ts";
import { detectNewLines, detectStepsLeftOut } from "./steps-left-out.ts";
import { detectConnectionPool } from "./connection-pool.ts";
import { detectContainerLogs } from "./container-logs.ts";
import { detectCrashLoop } from "./crash-loop.ts";
import { databasesBlamed } from "./databases.ts";
import { detectDeclaredMissing } from "./declared.ts";
import { detectEvictions } from "./evictions.ts";
import { detectGolden } from "./golden.ts";
import { detectContainerStart } from "./image-pull.ts";
import { detectHandovers } from "./handovers.ts";
import { detectLimitsReached } from "./limits-reached.ts";
import { detectLogs } from "./logs.ts";
import { clusterNames, detectNameServers } from "./name-servers.ts";
import { detectNetworkDelay } from "./network-delay.ts";
import { detectNeverConsidered } from "./never-considered.ts";
import { detectNodeComponents } from "./node-components.ts";
import { detectNodes } from "./nodes.ts";
import { detectOutOfMemory } from "./out-of-memory.ts";
import { detectOutlived } from "./outlived.ts";
import { detectPlacement } from "./placement.ts";
import { detectProbeKinds } from "./probe-kinds.ts";
import { detectProbes } from "./probes.ts";
import { detectQuota } from "./quota.ts";
import { detectRoutes } from "./routes.ts";
import { detectRule } from "./rule.ts";
import { detectScaledToZero } from "./scaled-to-zero.ts";
import { detectScheduling } from "./scheduling.ts";
import { detectServiceWiring } from "./service-wiring.ts";
import { weighLimits } from "./unfelt.ts";
import { blamedInLogs } from "./blamed-in-logs.ts";
import { detectUnexplained } from "./unexplained.ts";
import { detectWorkloads } from "./workloads.ts";

type Detector = (seen: Seen) => Finding[];

const detectors: readonly Detector[] = [
  detectOwnTime, detectEdgeGap, detectHandovers, detectOwnErrors, detectStepsLeftOut, detectNewLines, detectOwnShare, detectUsageShift,
  detectRule, detectAlerts, detectGolden, detectLogs, detectOutOfMemory, detectCrashLoop, detectContainerStart, detectScheduling, detectProbes,
  detectNodes, detectEvictions, detectQuota, detectWorkloads, detectLimitsReached, detectConnectionPool,
  detectAlertReadings, detectNetworkDelay, detectServiceWiring, detectScaledToZero, detectRoutes, detectNameServers, detectAddresses, detectNodeComponents,
  detectCallersOnNode, detectNeverConsidered, detectOutlived, detectPlacement, detectClaims, detectDeclaredMissing, detectProbeKinds, detectContainerLogs, detectUnexplained,
]; // prettier-ignore

// What follows from findings about many things: a database's state from its clients, the cluster's name service from everybody's.
const concluding: readonly ((seen: Seen, found: readonly Finding[]) => Finding[])[] = [databasesBlamed, clusterNames, blamedInLogs];

/** Strongest first; ties by content, so that the order of evidence never shows. */
function byStrength(a: Finding, b: Finding): number {
  return b.strength - a.strength || byCodeUnit(a.entity, b.entity) || byCodeUnit(canonicalJson(a), canonicalJson(b));
}

// A pod's status and its events tell the same thing twice; the one that knows more keeps the word.
function told(found: Finding): number {
  return -Object.values(found.values).filter((value) => value === "?").length;
}

function merge(a: Finding, b: Finding): Finding {
  const [main, other] = told(a) > told(b) || (told(a) === told(b) && byStrength(a, b) <= 0) ? [a, b] : [b, a];
  const from = [a.from, b.from].filter((at) => at !== undefined).sort(byCodeUnit)[0];
  const evidence = [...new Map([...main.evidence, ...other.evidence].map((ref) => [canonicalJson(ref), ref])).values()];
  const calm = main.values["seen"] === "now" && other.values["seen"] !== "now" ? other : main;
  return { ...calm, ...(from === undefined ? {} : { from }), strength: Math.max(a.strength, b.strength), evidence };
}

/** States of the same kind in the same object become one finding with all of its evidence. */
function mergeStates(findings: readonly Finding[]): Finding[] {
  const states = new Map<string, Finding>();
  for (const found of findings.filter((each) => roleOf(each) === "state")) {
    const key = `${found.what} ${found.entity}`;
    const known = states.get(key);
    states.set(key, known === undefined ? found : merge(known, found));
  }
  return [...findings.filter((each) => roleOf(each) !== "state"), ...states.values()];
}

/** Strongest first, each finding written out at most once however often it is compared. */
function strongestFirst(findings: readonly Finding[]): Finding[] {
  const texts = new Map<Finding, string>();
  const textOf = (found: Finding): string => {
    const text = texts.get(found) ?? canonicalJson(found);
    texts.set(found, text);
    return text;
  };
  return [...findings].sort((a, b) => b.strength - a.strength || byCodeUnit(a.entity, b.entity) || byCodeUnit(textOf(a), textOf(b)));
}

const blipsOf: Readonly<Record<string, string>> = { own_errors: "golden:errors", own_delay: "golden:latency" };

/** What a thing lost in a blip that is over is no loss that anybody still has to explain. */
function withoutBlips(seen: Seen, findings: readonly Finding[]): Finding[] {
  const over = findings.filter(({ what }) => what === "golden_blip");
  const blips = new Set(over.map(({ entity, values }) => `${values["signal"]} ${seen.graph.component(entity)}`));
  return findings.filter(({ what, entity }) => !blips.has(`${blipsOf[what]} ${seen.graph.component(entity)}`));
}

/** Everything unusual in the evidence, and what is calm about the things that alert. */
export function detectFindings(seen: Seen): Finding[] {
  const told = weighLimits(detectors.flatMap((detect) => detect(seen)));
  const found = withoutBlips(seen, mergeStates([...told, ...concluding.flatMap((conclude) => conclude(seen, told))]));
  return strongestFirst([...found, ...detectCalm(seen, found)]);
}
