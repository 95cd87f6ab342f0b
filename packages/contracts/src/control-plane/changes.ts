import { z } from "zod";
import { ChangeRecord, EntityId } from "../evidence/index.ts";
import { Instant, Page, pageOf, text } from "../shared/values.ts";

/** A change as its author reports it; sending the same `id` again updates it. */
export const RecordChange = z
  .strictObject({
    id: text(200).min(1).meta({ description: "the sender's own id; the key of idempotency" }),
    entity: EntityId,
    kind: z.enum(["deployment", "config", "scale", "flag", "infrastructure"]),
    title: text(300).min(1),
    started_at: Instant,
    ended_at: Instant.nullable().default(null),
    state: z.enum(["started", "succeeded", "failed", "rolled_back"]).default("succeeded"),
    touches: z.array(EntityId).max(50).default([]),
    by: text(200).nullable().default(null),
    from: text(500).nullable().default(null),
    to: text(500).nullable().default(null),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .nullable()
      .default(null),
  })
  .meta({ id: "RecordChange" });
export type RecordChange = z.infer<typeof RecordChange>;

export const changeOperations = {
  listChanges: {
    method: "GET", path: "/api/v1/changes", summary: "Changes that started in a window, newest first", tag: "changes", authentication: "principal", scope: "changes:read",
    query: Page.extend({ entity: EntityId.optional(), from: Instant.optional(), to: Instant.optional() }), responses: { 200: pageOf(ChangeRecord) }, problems: [],
  },
  recordChange: {
    method: "POST", path: "/api/v1/changes", summary: "Report a deployment, configuration, scaling or flag change", tag: "changes", authentication: "principal", scope: "changes:write",
    body: RecordChange, responses: { 200: ChangeRecord, 201: ChangeRecord }, problems: [],
  },
} as const; // prettier-ignore
