import { z } from "zod";
import { ChangeRecord, EntityId } from "../evidence/index.ts";
import { Instant, Page, pageOf, text } from "../shared/values.ts";
import { CloudEventsBody, PagerDutyChangeEvent, PagerDutyChangeReceipt, WebhookReceipt } from "../webhooks/index.ts";

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

// Five of them fit into what a request may have of headers.
const eventHeader = z.string().max(2_560).optional();
/** The attributes of a CloudEvent in binary mode; extensions beside them are not read. */
const cloudEventHeaders = z.object({
  "ce-specversion": eventHeader,
  "ce-id": eventHeader,
  "ce-source": eventHeader,
  "ce-type": eventHeader,
  "ce-time": eventHeader,
});

export const changeOperations = {
  receiveCloudEvents: {
    method: "POST", path: "/api/v1/webhooks/cloudevents", summary: "CloudEvents 1.0 that carry CDEvents: one, a batch, or in binary mode", tag: "changes", authentication: "ingest", scope: null,
    headers: cloudEventHeaders, body: CloudEventsBody, bodyBytesMax: 1_048_576, mediaTypes: ["application/cloudevents+json", "application/cloudevents-batch+json", "application/cdevents+json"],
    responses: { 200: WebhookReceipt }, problems: [],
  },
  receivePagerDutyChange: {
    method: "POST", path: "/api/v1/webhooks/pagerduty/v2/change/enqueue", summary: "Change event of PagerDuty's Events API v2", tag: "changes", authentication: "ingest", scope: null,
    body: PagerDutyChangeEvent, bodyBytesMax: 524_288, responses: { 202: PagerDutyChangeReceipt }, problems: [],
  },
  listChanges: {
    method: "GET", path: "/api/v1/changes", summary: "Changes that started in a window, newest first", tag: "changes", authentication: "principal", scope: "changes:read",
    query: Page.extend({ entity: EntityId.optional(), from: Instant.optional(), to: Instant.optional() }), responses: { 200: pageOf(ChangeRecord) }, problems: [],
  },
  recordChange: {
    method: "POST", path: "/api/v1/changes", summary: "Report a deployment, configuration, scaling or flag change", tag: "changes", authentication: "principal", scope: "changes:write",
    body: RecordChange, responses: { 200: ChangeRecord, 201: ChangeRecord }, problems: [],
  },
} as const; // prettier-ignore
