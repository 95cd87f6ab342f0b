import { createHash } from "node:crypto";
import type { Question } from "./question.ts";
import type { EvidenceId } from "./answer.ts";

/** Code-unit order: the one order of everything that is sorted, whatever the locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function canonicalValue(value: unknown): unknown {
  if (typeof value === "number") return Object.is(value, -0) ? 0 : value;
  if (Array.isArray(value)) return value.map(canonicalValue);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => byCodeUnit(a, b)).map(([key, inner]) => [key, canonicalValue(inner)]));
}

/** JSON with sorted keys, no undefined and −0 as 0: equal values give equal bytes. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(canonicalValue(value));
}

/** Hex SHA-256 of a text. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The identity of an answer: what was asked and of which source, never when or in which words. */
export function evidenceId(question: Question, source: string): EvidenceId {
  return `ev_${sha256(`${source}\n${canonicalJson(question)}`).slice(0, 20)}`;
}

/** Six significant digits: what is stored and compared. */
export function sixDigits(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) + 0 : 0;
}
