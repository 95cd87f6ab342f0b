import { z } from "zod";

/** One event of the stream: that something changed, never what; readers fetch it. `id` resumes after a break (Last-Event-ID). */
export const StreamEvent = z.object({
  id: z.string(),
  kind: z.enum(["incident.created", "incident.updated", "diagnosis.updated", "change.recorded", "alert.received"]),
  incident_id: z.uuid().nullable(),
  diagnosis_id: z.uuid().nullable(),
});
export type StreamEvent = z.infer<typeof StreamEvent>;

export const eventOperations = {
  streamEvents: {
    method: "GET", path: "/api/v1/events", summary: "What changes, as it changes (server-sent events of StreamEvent)", tag: "events", authentication: "principal", scope: "incidents:read",
    headers: z.object({ "last-event-id": z.string().regex(/^\d{1,18}$/).optional() }),
    responses: { 200: { contentType: "text/event-stream", description: "server-sent events; `data` is a StreamEvent" } }, problems: [],
  },
} as const; // prettier-ignore
