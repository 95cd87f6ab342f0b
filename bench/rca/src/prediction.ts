import { z } from "zod";
import { EntityId, EvidenceId, Verdict } from "@sre/contracts/evidence";

/** One answer of a method: an object, in the words of the product. */
export const RankedCause = z.object({
  rank: z.number().int().positive().meta({ description: "exact ties share a rank" }),
  entity: EntityId,
  fault: z.string(),
  confidence: z.number(),
  where: z.array(EntityId),
  belongs_to: z.array(EntityId),
  evidence: z.array(EvidenceId),
});
export type RankedCause = z.infer<typeof RankedCause>;

/** What one method said of one run; one line of a predictions file. */
export const Prediction = z.object({
  system: z.string(),
  case: z.string(),
  run: z.string(),
  method: z.string().meta({ description: "engine, or the name of a baseline; options follow after a +" }),
  verdict: Verdict.nullable(),
  ranked: z.array(RankedCause),
  ms: z.number(),
  engine: z.string(),
});
export type Prediction = z.infer<typeof Prediction>;

export const engineMethod = "engine";

/** The predictions of a file of JSON lines. Throws an error that names the line which is none. */
export function readPredictions(text: string): Prediction[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const parsed = Prediction.safeParse(JSON.parse(line));
    if (!parsed.success) throw new Error(`Line ${index + 1} is no prediction: ${parsed.error.issues[0]?.message ?? ""}`);
    return [parsed.data];
  });
}

/** Objects with a score, highest first; equal scores share a rank. Scores that are no number come last. */
export function rankedByScore(scores: ReadonlyMap<string, number>, fault = "unknown"): RankedCause[] {
  const known = [...scores].map(([entity, score]) => [entity, Number.isFinite(score) ? score : Number.NEGATIVE_INFINITY] as const);
  const ordered = known.sort(([a, x], [b, y]) => (x === y ? (a < b ? -1 : 1) : y > x ? 1 : -1));
  return ordered.map(([entity, score]) => ({
    rank: 1 + ordered.filter(([, other]) => other > score).length,
    entity,
    fault,
    confidence: Number.isFinite(score) ? score : 0,
    where: [],
    belongs_to: [],
    evidence: [],
  }));
}
