import { z } from "zod";
import { EntityId, EvidenceId, Verdict } from "@sre/contracts/evidence";

/** One answer of a method: an object, in the words of the product. */
export const RankedCause = z.object({
  rank: z.number().int().positive().meta({ description: "exact ties share a rank" }),
  entity: EntityId,
  fault: z.string(),
  confidence: z.number(),
  score: z.number().optional().meta({ description: "the sum that causes are ordered by, before experience made it a confidence" }),
  mechanism: z.number().optional().meta({ description: "how much of the score its mechanism gives" }),
  basis: z
    .enum(["settled", "shown", "own", "changed", "generic", "felt"])
    .optional()
    .meta({ description: "what kind of evidence names it" }),
  where: z.array(EntityId),
  belongs_to: z.array(EntityId),
  evidence: z.array(EvidenceId),
  change: z.string().nullable().default(null).meta({ description: "id of the change that is blamed for it" }),
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
  plan_steps: z.number().int().nullable().default(null).meta({ description: "how many steps were proposed; null for what proposes none" }),
  digest: z.string().default("").meta({ description: "hash of the whole diagnosis: equal where not a byte differs" }),
  left_out: z.array(z.string()).default([]).meta({ description: "kinds of fault that the engine had to do without" }),
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
