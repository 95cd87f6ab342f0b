import type { LocalizedText } from "@sre/contracts/evidence";
import { faultOf } from "../faults/catalogue.ts";
import type { Template } from "../messages/words.ts";
import { fill, spoken } from "../messages/words.ts";
import type { Candidate } from "./candidate.ts";

function templateOf({ fault, mechanism, symptoms }: Pick<Candidate, "fault" | "mechanism" | "symptoms">): Template {
  const { title, titled } = faultOf(fault);
  const shown = new Set([...mechanism, ...symptoms].map(({ what }) => what));
  const isOther = titled !== undefined && shown.has(titled.by) && !(titled.unless ?? []).some((what) => shown.has(what));
  return isOther ? titled.title : title;
}

/** What a cause is called, by what shows it; in the middle of a sentence. */
export function titleOf(cause: Pick<Candidate, "entity" | "fault" | "mechanism" | "symptoms">): LocalizedText {
  return fill(templateOf(cause), {}, { entity: spoken(cause.entity) });
}
