import type { EntityId, EvidenceRef, Finding } from "@sre/contracts/evidence";
import { byCodeUnit, canonicalJson } from "@sre/contracts/canonical";
import { podOf } from "../entities.ts";
import { roleOf } from "../finding.ts";
import { unexplainedFindings } from "../messages/findings-unexplained.ts";
import type { Seen } from "../seen/seen.ts";
import type { Candidate } from "./candidate.ts";
import { onsetOf } from "./focus.ts";

/* What is unwell, and why nobody knows: candidates for faults that no other rule foresaw. */

/** Whether a finding tells that something is wrong, and not what. */
export const isUnexplained = ({ what }: Finding): boolean => Object.hasOwn(unexplainedFindings, what);

const keyOf = (ref: EvidenceRef): string => canonicalJson(ref);

/** Without the signs of trouble whose evidence already shows a fault by name: those are explained. */
export function stillUnexplained(findings: readonly Finding[]): readonly Finding[] {
  const telling = findings.filter((found) => ["state", "resource"].includes(roleOf(found)) && !isUnexplained(found));
  const told = new Set(telling.flatMap(({ evidence }) => evidence.map(keyOf)));
  return findings.filter((found) => !isUnexplained(found) || !found.evidence.some((ref) => told.has(keyOf(ref))));
}

// A test connection that failed from everywhere it was tried from; a workload of which no pod is left; what is named by most of
// the lines in which somebody names anything.
const wholly: Readonly<Record<string, number>> = { service_check_failed: 0.99, replicas_unavailable: 0.9, blamed_in_logs: 0.5 };

/** Whether a finding says that something is unwell in itself, and not only that it suffers. */
export function isUnwell(found: Finding): boolean {
  const least = wholly[found.what];
  if (least !== undefined) return found.strength >= least;
  return isUnexplained(found) && found.values["by"] === undefined && found.strength >= 0.4;
}

/** Places and things that others are kept from working by: each hurts where that was seen. */
export function blamedPlaces(seen: Seen, findings: readonly Finding[]): Candidate[] {
  const blaming = findings.filter((found) => isUnexplained(found) && found.values["by"] !== undefined);
  return [...Map.groupBy(blaming, ({ values }) => String(values["by"]))]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([entity, mechanism]): Candidate => {
      const seats = [...new Set(mechanism.map((found) => seen.graph.component(podOf(found.entity))))].sort(byCodeUnit);
      const hurt = (found: Finding) => roleOf(found) === "symptom" && seats.includes(seen.graph.component(found.entity));
      const component: EntityId = seen.graph.component(entity);
      const symptoms = findings.filter(hurt);
      return { entity, component, seats, fault: "unknown", mechanism, symptoms, onsetMs: onsetOf(mechanism), change: null, generic: true, own: false };
    }); // prettier-ignore
}
