import type { z } from "zod";
import type { OutboundResult, Parsed } from "./types.ts";

const detailCharactersMax = 500;

/** The JSON body of an answer, checked; anything else is `garbled`, with what was wrong first. */
export function parseJson<S extends z.ZodType>(result: OutboundResult, schema: S): Parsed<S> {
  if (result.kind === "failed") return { ok: false, because: "garbled", detail: result.detail };
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(result.body));
    const parsed = schema.safeParse(value);
    if (parsed.success) return { ok: true, value: parsed.data };
    const issue = parsed.error.issues[0];
    const detail = `the answer does not have the agreed form: ${issue?.path.map(String).join(".") ?? ""} ${issue?.message ?? ""}`;
    return { ok: false, because: "garbled", detail: detail.slice(0, detailCharactersMax) };
  } catch {
    return { ok: false, because: "garbled", detail: "the answer is not JSON" };
  }
}
