import type { Cause, Gap, LocalizedText, Verdict } from "@sre/contracts/evidence";
import { changeTitle } from "../explain/changes.ts";
import { changeKindWords } from "../messages/findings.ts";
import { headlines } from "../messages/headlines.ts";
import { fill, spoken } from "../messages/words.ts";
import type { Seen } from "../seen/seen.ts";

const nothing: LocalizedText = { en: "", "zh-TW": "" };

function causeWords(seen: Seen, cause: Cause): Record<string, LocalizedText> {
  const changed = seen.changes.find(({ id }) => id === cause.change);
  const kind = changed === undefined ? undefined : changeKindWords[changed.kind];
  const change =
    changed === undefined
      ? nothing
      : fill(headlines.change, { title: changeTitle(changed) }, { kind: kind ?? { en: changed.kind, "zh-TW": changed.kind } });
  return { title: cause.title, change, since: cause.onset === null ? nothing : fill(headlines.since, { time: cause.onset }) };
}

/** One sentence that says what is known, in both languages. */
export function headlineOf(seen: Seen, verdict: Verdict, context: { causes: readonly Cause[]; gaps: readonly Gap[] }): LocalizedText {
  const first = context.causes[0];
  const subject = seen.scope.deployment ?? seen.scope.alerts[0]?.entity ?? seen.scope.entities[0] ?? "";
  if (verdict === "nothing_wrong") {
    return fill(seen.scope.alerts.length === 0 ? headlines.nothing_wrong_judged : headlines.nothing_wrong, {}, { entity: spoken(subject) });
  }
  const deciding = context.gaps.filter(({ could_change }) => could_change === "verdict").length;
  if (first === undefined) return deciding > 0 ? fill(headlines.nothing_known, { gaps: deciding }) : fill(headlines.nothing_found, {});
  return fill(verdict === "inconclusive" ? headlines.leading : headlines.caused, {}, causeWords(seen, first));
}
