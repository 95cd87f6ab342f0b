import type { LocalizedText } from "@sre/contracts/evidence";
import { faultOf } from "../faults/catalogue.ts";
import type { Template } from "../messages/words.ts";
import { fill, spoken } from "../messages/words.ts";
import type { Candidate } from "./candidate.ts";

function templateOf({ fault, mechanism }: Pick<Candidate, "fault" | "mechanism">): Template {
  const { title, titled } = faultOf(fault);
  const shows = (what: string | undefined) => mechanism.some((found) => found.what === what);
  return titled !== undefined && shows(titled.by) && !shows(titled.unless) ? titled.title : title;
}

/** What a cause is called, by what shows it; in the middle of a sentence. */
export function titleOf(cause: Pick<Candidate, "entity" | "fault" | "mechanism">): LocalizedText {
  return fill(templateOf(cause), {}, { entity: spoken(cause.entity) });
}
