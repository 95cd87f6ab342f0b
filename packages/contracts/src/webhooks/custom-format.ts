import { z } from "zod";
import { Severity } from "../shared/values.ts";

const pointer = z
  .string()
  .max(500)
  .regex(/^(?:\/(?:[^/~]|~[01])*)*$/, { error: "must be a JSON Pointer such as /alert/title" });
const word = z.string().max(200);
const words = z.array(word).max(100).default([]);
const template = z.string().max(2_000);
const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_.]{0,127}$/, { error: "must be a label name" });

/** How the messages of one sender are read: paths are JSON Pointers, templates are texts with pointers in braces, and nothing is executed. */
export const CustomFormat = z.strictObject({
  items: pointer.default("").meta({ description: "where the alerts stand, one or a list; empty: the message itself" }),
  key: template.min(1).meta({ description: "which alert is meant: the same for its end as for its begin" }),
  name: template.min(1),
  starts_at: pointer
    .optional()
    .meta({ description: "ISO 8601 with a zone, or seconds or milliseconds since 1970; unset: the time of receipt" }),
  status: z.strictObject({
    at: pointer,
    firing: words,
    resolved: words,
    acknowledged: words,
    ignored: words,
  }),
  severity: z.strictObject({ at: pointer, map: z.record(word, Severity).default({}), otherwise: Severity.default("warning") }).optional(),
  labels: z.record(labelName, template).default({}),
  tags: z
    .strictObject({ at: pointer, separator: z.string().min(1).max(10).default(","), between: z.string().min(1).max(10).default(":") })
    .optional()
    .meta({ description: "a list of tags, or a text of them, whose names become labels" }),
  annotations: z.record(labelName, template).default({}),
});
export type CustomFormat = z.infer<typeof CustomFormat>;

/** The file of formats: a name each, which is the last part of its address. */
export const CustomFormats = z.strictObject({ formats: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), CustomFormat) });

/** What a sender with a format of its own posts. */
export const CustomBody = z.union([z.record(z.string(), z.unknown()), z.array(z.unknown()).max(10_000)]).meta({ id: "CustomBody" });
