import type { AlertStorm } from "@sre/contracts/control-plane";
import type { Translate } from "../app/language.ts";

/** The order in which rows stand already is kept, so that none moves while it is read; new ones come last. */
export function keepOrder<Item>(shown: readonly string[], items: readonly Item[], idOf: (item: Item) => string): Item[] {
  const places = new Map(shown.map((id, place) => [id, place]));
  const placeOf = (item: Item) => places.get(idOf(item)) ?? shown.length;
  return [...items].sort((a, b) => placeOf(a) - placeOf(b));
}

/** "312 alerts became 4 incidents". */
export function becameText({ alerts, incidents }: Pick<AlertStorm["totals"], "alerts" | "incidents">, t: Translate): string {
  const came = t("storm.alerts", { count: alerts });
  if (incidents === 0) return t("storm.inNone", { alerts: came });
  return t("storm.became", { alerts: came, incidents: t("storm.incidents", { count: incidents }) });
}
