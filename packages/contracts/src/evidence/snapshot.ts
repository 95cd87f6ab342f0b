import { z } from "zod";
import { Answer } from "./answer.ts";
import { Alias, Edge, EntityId } from "./entity.ts";
import { Scope } from "./diagnosis.ts";

export const snapshotVersion = 1;

/**
 * A snapshot is NDJSON, one record a line: the header first, then entities, edges and aliases, then answers.
 * It may be gzip-compressed. Everything a diagnosis saw stands in it, so that replaying it gives the same diagnosis.
 */
export const SnapshotHeader = z.object({
  record: z.literal("header"),
  format: z.literal("sre-evidence"),
  version: z.literal(snapshotVersion),
  scope: Scope,
  engine: z.string().optional(),
  records: z.number().int().min(0).optional().meta({ description: "how many records follow: fewer mean that the file lost its tail" }),
});
export type SnapshotHeader = z.infer<typeof SnapshotHeader>;

export const SnapshotRecord = z.discriminatedUnion("record", [
  SnapshotHeader,
  z.object({ record: z.literal("entity"), entity: EntityId }),
  z.object({ record: z.literal("edge"), edge: Edge }),
  z.object({ record: z.literal("alias"), alias: Alias }),
  z.object({ record: z.literal("answer"), answer: Answer }),
]);
export type SnapshotRecord = z.infer<typeof SnapshotRecord>;

export interface Snapshot {
  readonly header: SnapshotHeader;
  readonly entities: readonly EntityId[];
  readonly edges: readonly z.infer<typeof Edge>[];
  readonly aliases: readonly z.infer<typeof Alias>[];
  readonly answers: readonly Answer[];
}
