import { sixDigits } from "@sre/contracts/canonical";
import type { EntityId, EvidenceRef, Finding, Instant, LocalizedText } from "@sre/contracts/evidence";
import { findingKinds, seenNow, type FindingKind, type FindingRole } from "./messages/findings.ts";
import { fill, sentence, spoken } from "./messages/words.ts";

export interface FindingInput {
  readonly what: FindingKind;
  readonly entity: EntityId;
  readonly from?: Instant;
  /** 0 to 1. */
  readonly strength: number;
  readonly evidence: readonly EvidenceRef[];
  readonly values?: Readonly<Record<string, number | string>>;
  /** Values that differ by language, for the sentence only. */
  readonly words?: Readonly<Record<string, LocalizedText>>;
  /** The evidence tells what is now, although it was asked about the past. */
  readonly now?: boolean;
}

/** A finding with its sentence in both languages; numbers keep six digits. */
export function finding(input: FindingInput): Finding {
  const values = Object.fromEntries(
    Object.entries(input.values ?? {}).map(([key, value]) => [key, typeof value === "number" ? sixDigits(value) : value]),
  );
  const known = input.from === undefined ? values : { from: input.from, ...values };
  const text = fill(findingKinds[input.what].text, known, { entity: spoken(input.entity), ...input.words });
  const suffix = input.now === true ? seenNow : { en: "", "zh-TW": "" };
  return {
    what: input.what,
    entity: input.entity,
    ...(input.from === undefined ? {} : { from: input.from }),
    strength: sixDigits(Math.min(1, Math.max(0, input.strength))),
    evidence: [...input.evidence],
    values: input.now === true ? { ...values, seen: "now" } : values,
    text: { en: sentence(text.en, findingKinds[input.what].text.en) + suffix.en, "zh-TW": text["zh-TW"] + suffix["zh-TW"] },
  };
}

/** The role of a finding's kind. */
export function roleOf(found: Finding): FindingRole {
  return (findingKinds as Readonly<Record<string, { role: FindingRole }>>)[found.what]?.role ?? "context";
}
