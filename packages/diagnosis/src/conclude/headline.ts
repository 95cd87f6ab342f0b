import type { Cause, Finding, LocalizedText, Verdict } from "@sre/contracts/evidence";
import { changeTitle, isCreation } from "../explain/changes.ts";
import { changeKindWords } from "../messages/findings.ts";
import { headlines } from "../messages/headlines.ts";
import { enumerated, fill, spoken } from "../messages/words.ts";
import type { Seen } from "../seen/seen.ts";
import { subjectOf, type FoundGap } from "./gaps.ts";

const nothing: LocalizedText = { en: "", "zh-TW": "" };

function causeWords(seen: Seen, cause: Cause): Record<string, LocalizedText> {
  const changed = seen.changes.find(({ id }) => id === cause.change);
  const kind = changed === undefined ? undefined : changeKindWords[changed.kind];
  const change =
    changed === undefined
      ? nothing
      : isCreation(changed)
        ? fill(headlines.change_first, {})
        : fill(headlines.change, { title: changeTitle(changed) }, { kind: kind ?? { en: changed.kind, "zh-TW": changed.kind } });
  return { title: cause.title, change, since: cause.onset === null ? nothing : fill(headlines.since, { time: cause.onset }) };
}

/** Why there is no reason to get up: an alert that has cleared, one that never held, or nothing that alerts at all. */
function calm(seen: Seen, findings: readonly Finding[]): LocalizedText {
  const subject = seen.scope.deployment ?? seen.scope.alerts[0]?.entity ?? seen.scope.entities[0] ?? "";
  const entity = spoken(subject);
  const cleared = findings.find(({ what, entity: of }) => what === "rule_recovered" && of === subject);
  if (cleared !== undefined) return fill(headlines.nothing_wrong_any_more, cleared.values, { entity });
  return fill(seen.scope.alerts.length === 0 ? headlines.nothing_wrong_judged : headlines.nothing_wrong, {}, { entity });
}

interface Known {
  readonly causes: readonly Cause[];
  readonly gaps: readonly FoundGap[];
  readonly findings: readonly Finding[];
}

/** One sentence that says what is known, in both languages. */
export function headlineOf(seen: Seen, verdict: Verdict, { causes, gaps, findings }: Known): LocalizedText {
  const first = causes[0];
  if (verdict === "nothing_wrong") return calm(seen, findings);
  const deciding = gaps.filter(({ could_change }) => could_change === "verdict");
  if (first !== undefined)
    return fill(
      verdict === "inconclusive" ? headlines.leading : headlines.caused,
      { confidence: first.confidence },
      causeWords(seen, first),
    );
  return deciding.length === 0
    ? fill(headlines.nothing_found, {})
    : fill(headlines.nothing_known, {}, { gaps: enumerated(deciding.map(subjectOf)) });
}
