import { byCodeUnit } from "@sre/contracts/canonical";
import type { Diagnosis, EntityId, Finding } from "@sre/contracts/evidence";
import { acquittal, changeTitle } from "../explain/changes.ts";
import { focusOf } from "../explain/focus.ts";
import { diagnosisLimits } from "../limits.ts";
import { titleOf } from "../explain/title.ts";
import { spoken } from "../messages/words.ts";
import type { Ranking } from "../rank.ts";
import type { Seen } from "../seen/seen.ts";

type RuledOut = Diagnosis["ruled_out"][number];

/** Changes that are not to blame, each with the reason. */
function acquitted(seen: Seen, findings: readonly Finding[], ranking: Ranking): RuledOut[] {
  const focus = focusOf(seen, findings);
  const blamed = new Set(ranking.kept.map(({ change }) => change?.id));
  const reachable = seen.graph.entities
    .map((id) => seen.graph.component(id))
    .filter((id) => focus.components.some((from) => seen.graph.distance(from, id) !== null));
  const relevant: ReadonlySet<EntityId> = new Set([...focus.components, ...reachable]);
  return seen.changes
    .filter(({ id }) => !blamed.has(id))
    .map((change) => {
      const because = acquittal(seen, change, { onsetMs: focus.onsetMs, toleranceMs: focus.toleranceMs, relevant });
      const title = changeTitle(change);
      return {
        entity: change.entity,
        fault: change.kind === "deployment" ? "bad_deployment" : "bad_config",
        because,
        title: { en: title, "zh-TW": title },
      };
    });
}

function outranked(ranking: Ranking): RuledOut[] {
  return ranking.dropped.flatMap((dropped) => {
    const { entity, fault, against } = dropped;
    const because = against[0];
    // "Something is wrong with it" needs no saying of what only suffers.
    const title = fault === "unknown" ? spoken(entity) : titleOf(dropped);
    // That no way is known is no proof that there is none.
    const said =
      because?.what === "not_connected" ? { en: "Unlikely", "zh-TW": "可能性低" } : { en: "Not the root cause", "zh-TW": "並非根因" };
    const named = { en: `${said.en}: ${title.en}`, "zh-TW": `${said["zh-TW"]}：${title["zh-TW"]}` };
    return because === undefined ? [] : [{ entity, fault, because, title: named }];
  });
}

/** Everything that was considered and is not the cause, each with its reason. */
export function ruledOut(seen: Seen, findings: readonly Finding[], ranking: Ranking): RuledOut[] {
  const order = ({ entity, fault, title }: RuledOut) => `${entity} ${fault} ${title.en}`;
  return [...outranked(ranking), ...acquitted(seen, findings, ranking)]
    .sort((a, b) => byCodeUnit(order(a), order(b)))
    .slice(0, diagnosisLimits.ruledOutMax);
}
