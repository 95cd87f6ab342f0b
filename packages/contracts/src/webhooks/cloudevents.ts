import { z } from "zod";
import { text } from "../shared/values.ts";

const moment = z.string().max(64);
const reference = text(2_048).min(1);

/** The envelope of CloudEvents 1.0, of either mode: what came in `ce-*` headers stands here as attributes. */
export const CloudEvent = z.looseObject({
  specversion: z.string().regex(/^1\.\d+$/, { error: "must be 1.0" }),
  id: text(1_024).min(1),
  source: reference,
  type: text(255).min(1),
  time: moment.optional(),
  data: z.unknown().optional(),
  data_base64: z.base64().max(1_398_104).optional(),
});
export type CloudEvent = z.infer<typeof CloudEvent>;

/** What CloudEvents are posted as: one, a batch of them, or with `ce-*` headers the data of one. */
export const CloudEventsBody = z.union([z.record(z.string(), z.unknown()), z.array(z.unknown()).max(500)]).meta({ id: "CloudEventsBody" });

/** A CDEvent (https://cdevents.dev), 0.3 to 0.6: subjects and predicates are an open list, and their content is read where it is known. */
export const CDEvent = z.object({
  context: z.object({ id: text(1_024).min(1), source: reference, type: text(255).min(1), timestamp: moment.optional() }),
  subject: z.object({
    id: text(1_024).min(1),
    source: text(2_048).optional(),
    content: z.record(z.string().max(200), z.unknown()).default({}),
  }),
  customData: z.unknown().optional(),
});
export type CDEvent = z.infer<typeof CDEvent>;
