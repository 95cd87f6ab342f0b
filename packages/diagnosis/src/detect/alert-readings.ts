import type { EntityId, Finding } from "@sre/contracts/evidence";
import { isNode } from "../entities.ts";
import { finding } from "../finding.ts";
import type { FindingKind } from "../messages/findings.ts";
import type { Seen } from "../seen/seen.ts";
import { signalKey } from "../seen/series.ts";
import { signalWords } from "../messages/findings.ts";

/*
 * What alerts read stands nowhere else where a source keeps no series: the normal and the observed value, the code and the number of
 * failed requests. The same sizes count as for series (golden.ts).
 */

type SeenAlert = Seen["alerts"][number];
type Reading = SeenAlert["readings"][number];

/** A reading of an alert with what it is about. */
export interface Read {
  readonly alert: SeenAlert;
  readonly entity: EntityId;
  readonly reading: Reading;
}

/** The readings of firing alerts. */
export function readingsOf(seen: Seen): Read[] {
  return seen.alerts.flatMap((alert) => {
    const { entity, state, readings } = alert;
    return entity === null || state !== "firing" ? [] : readings.map((reading) => ({ alert, entity, reading }));
  });
}

const growthOf = ({ normal, observed }: Reading): number => observed / Math.max(normal ?? observed, 1e-9);
const bounded = (value: number) => Math.min(1, Math.max(0, value));

interface Judged {
  readonly what: FindingKind;
  readonly strength: number;
}

function judge(reading: Reading): Judged | null {
  const { normal, observed } = reading;
  if (normal === null) return null;
  const rise = observed - normal;
  switch (signalKey(reading.signal)) {
    case "golden:latency":
      return growthOf(reading) >= 1.5 && rise >= 0.02
        ? { what: "golden_latency", strength: bounded(0.4 + Math.log2(growthOf(reading)) / 6) }
        : null;
    case "golden:errors":
      return rise >= 0.01 ? { what: "golden_errors", strength: bounded(0.5 + rise * 1.5) } : null;
    case "golden:traffic":
      if (growthOf(reading) >= 1.8) return { what: "golden_traffic_rise", strength: bounded(0.3 + Math.log2(growthOf(reading)) / 5) };
      return growthOf(reading) <= 0.5 ? { what: "golden_traffic_drop", strength: bounded(1 - growthOf(reading)) } : null;
    default:
      return null;
  }
}

function golden(seen: Seen, { alert, entity, reading }: Read): Finding[] {
  const judged = judge(reading);
  if (judged === null) return [];
  const signal = signalKey(reading.signal);
  const values = {
    before: reading.normal ?? "?",
    during: reading.observed,
    unit: reading.unit ?? "?",
    statistic: reading.statistic,
    signal,
  };
  const words = { signal: signalWords[signal] ?? { en: signal, "zh-TW": signal } };
  return [
    finding({
      what: judged.what,
      entity,
      from: alert.from,
      strength: judged.strength,
      evidence: [alert.cite],
      values,
      words,
      now: seen.now.has(alert.cite.id),
    }),
  ];
}

const retransmitsMin = 2;
const timesMin = 10;

// Some packets are always sent again; a link that loses them shows many times as many, on the node whose link it is most of all.
function retransmits(seen: Seen, reads: readonly Read[]): Finding[] {
  const own = reads.filter(({ entity, reading }) => isNode(entity) && signalKey(reading.signal) === "named:retransmits");
  const most = Math.max(0, ...own.map(({ reading }) => reading.observed));
  return own.flatMap(({ alert, entity, reading }) => {
    if (reading.observed < retransmitsMin || reading.observed < timesMin * (reading.normal ?? 0)) return [];
    const values = { before: reading.normal ?? "?", during: reading.observed };
    const strength = reading.observed === most ? 0.95 : 0.4;
    return [
      finding({
        what: "retransmits_risen",
        entity,
        from: alert.from,
        strength,
        evidence: [alert.cite],
        values,
        now: seen.now.has(alert.cite.id),
      }),
    ];
  });
}

const cpuGrowthMin = 2;
// Cores. Less than this is what a process needs to be there at all.
const cpuRiseMin = 0.05;

/** CPU that rose together with throttling: a service that is throttled as always is merely run that way. */
function throttled(seen: Seen, reads: readonly Read[]): Finding[] {
  const of = (key: string) => reads.filter(({ entity, reading }) => !isNode(entity) && signalKey(reading.signal) === key);
  const slowed = new Map(of("named:throttled").map((read) => [read.entity, read]));
  return of("resource:cpu").flatMap(({ alert, entity, reading }) => {
    const { normal, observed } = reading;
    const risen = normal !== null && growthOf(reading) >= cpuGrowthMin && observed - normal >= cpuRiseMin;
    if (!risen || !slowed.has(entity)) return [];
    const values = { before: normal, during: observed };
    const strength = bounded(0.6 + Math.log2(growthOf(reading)) / 8);
    return [
      finding({
        what: "cpu_risen_throttled",
        entity,
        from: alert.from,
        strength,
        evidence: [alert.cite],
        values,
        now: seen.now.has(alert.cite.id),
      }),
    ];
  });
}

const serverFault = /^5\d\d$/;

function failing(seen: Seen, alert: SeenAlert): Finding[] {
  const { entity, code, operation, count } = alert;
  if (entity === null || alert.state !== "firing" || code === undefined || !/^[45]\d\d$/.test(code)) return [];
  const values = { code, operation: operation ?? "?", count: count ?? "?" };
  const strength = (serverFault.test(code) ? 0.6 : 0.5) + Math.min(0.2, (count ?? 0) / 100);
  return [finding({ what: "operation_failing", entity, strength, evidence: [alert.cite], values, now: seen.now.has(alert.cite.id) })];
}

/** What the alerts' own readings, codes and counts tell. */
export function detectAlertReadings(seen: Seen): Finding[] {
  const reads = readingsOf(seen);
  return [
    ...reads.flatMap((read) => golden(seen, read)),
    ...retransmits(seen, reads),
    ...throttled(seen, reads),
    ...seen.alerts.flatMap((alert) => failing(seen, alert)),
  ];
}
