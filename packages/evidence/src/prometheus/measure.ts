import type { EntityParts, Statistic } from "@sre/contracts/evidence";
import { quantileOf, type Convention, type LabelRole, type Measure, type Quantity } from "./convention.ts";
import { captureFor, matchersFor, placesOf, scopingOf, type Place, type RoleLabels, type Scoping, type Slots } from "./placement.ts";
import { aggregate, binary, call, number, relabel, select, type Expr, type Matcher } from "./promql.ts";

export interface Wanted {
  readonly convention: Convention;
  /** All of one kind. */
  readonly entities: readonly EntityParts[];
  readonly statistic: Statistic;
  readonly by: readonly LabelRole[];
  readonly labelsOf: ReadonlyMap<string, ReadonlySet<string>>;
  readonly labels: RoleLabels;
  /** How far back a rate looks. */
  readonly rangeSeconds: number;
  readonly stepSeconds: number;
  /** Which of the possible places of the entities to use, from 0. */
  readonly place: number;
}

export interface Rendered {
  readonly expr: Expr;
  readonly slots: Slots;
  /** The labels that `by` came to. */
  readonly by: readonly { readonly role: LabelRole; readonly label: string }[];
}

type Source = { readonly metric: string; readonly where: Quantity["where"] };

/** One metric with everything that its labels say. */
interface Located {
  readonly present: ReadonlySet<string>;
  readonly place: Place;
  readonly scoping: Scoping;
  readonly matchers: readonly Matcher[];
}

const nameSlot = "sre_name";

function rolesOf(wanted: Wanted): RoleLabels {
  return { ...wanted.labels, ...wanted.convention.labels };
}

function labelFor(role: LabelRole, present: ReadonlySet<string>, roles: RoleLabels): string | null {
  return roles[role].find((label) => present.has(label)) ?? null;
}

function isRole(label: string, roles: RoleLabels): label is LabelRole {
  return Object.hasOwn(roles, label);
}

function conditions(where: Quantity["where"], present: ReadonlySet<string>, roles: RoleLabels): Matcher[] | null {
  const matchers: Matcher[] = [];
  for (const { label, op, value } of where) {
    const found = present.has(label) ? label : isRole(label, roles) ? labelFor(label, present, roles) : null;
    // A label that is absent everywhere is empty: only a condition that empty fails makes the metric useless.
    if (found !== null) matchers.push({ label: found, op, value });
    else if (op === "=" || op === "=~") return null;
  }
  return matchers;
}

function locate(source: Source, wanted: Wanted): Located | null {
  const roles = rolesOf(wanted);
  const present = wanted.labelsOf.get(source.metric);
  const kind = wanted.entities[0]?.kind ?? "";
  if (!present) return null;
  const places = placesOf(kind, present, roles);
  const place = places[Math.min(wanted.place, places.length - 1)];
  const scoping = scopingOf(kind, present, roles);
  const where = conditions(source.where, present, roles);
  if (!place || where === null) return null;
  return { present, place, scoping, matchers: [...matchersFor(wanted.entities, place, scoping), ...where] };
}

/** How the labels of several metrics are brought to the same names. */
interface Grouping {
  readonly slots: Slots;
  readonly by: readonly { readonly role: LabelRole; readonly label: string }[];
  /** Labels to group by, the subject's first. */
  readonly outer: readonly string[];
  readonly inner: readonly string[];
  rename(located: Located, expr: Expr): Expr;
}

interface Slot {
  readonly to: string;
  readonly from: (located: Located) => string | null;
  readonly pattern: (located: Located) => string | null;
}

/** A slot that all metrics have; its name is theirs where they agree and nothing must be cut out of the value. */
function slotFor(all: readonly Located[], fallback: string, how: Omit<Slot, "to">): Slot | null {
  const names = all.map(how.from);
  if (names.some((name) => name === null)) return null;
  const [first = fallback] = names as string[];
  const same = names.every((name) => name === first) && all.every((located) => how.pattern(located) === null);
  return { ...how, to: same ? first : fallback };
}

function groupingOf(all: readonly Located[], wanted: Wanted, at: readonly LabelRole[]): Grouping | null {
  const roles = rolesOf(wanted);
  const whole = () => null;
  const byRole = (role: LabelRole) =>
    slotFor(all, `sre_${role}`, { from: ({ present }) => labelFor(role, present, roles), pattern: whole });
  const name = slotFor(all, nameSlot, { from: ({ place }) => place.label, pattern: ({ place }) => captureFor(wanted.entities, place) });
  if (!name) return null;
  const container = slotFor(all, "sre_container", { from: ({ place }) => place.container, pattern: whole });
  const namespace = slotFor(all, "sre_namespace", { from: ({ scoping }) => scoping.namespace, pattern: whole });
  const cluster = slotFor(all, "sre_cluster", { from: ({ scoping }) => scoping.cluster, pattern: whole });
  const by = wanted.by.flatMap((role) => {
    const slot = byRole(role);
    return slot ? [{ role, slot }] : [];
  });
  const inner = at.map(byRole).filter((slot) => slot !== null);
  const outerSlots = [name, container, namespace, cluster, ...by.map(({ slot }) => slot)].filter((slot) => slot !== null);
  const used = [...outerSlots, ...inner];
  const outer = [...new Set(outerSlots.map(({ to }) => to))];
  return {
    slots: { name: name.to, container: container?.to ?? null, namespace: namespace?.to ?? null, cluster: cluster?.to ?? null },
    by: by.map(({ role, slot }) => ({ role, label: slot.to })),
    outer,
    inner: [...new Set([...outer, ...inner.map(({ to }) => to)])],
    rename: (located, expr) =>
      used.reduce((renamed, slot) => {
        const from = slot.from(located) ?? slot.to;
        const pattern = slot.pattern(located);
        return from === slot.to && pattern === null ? renamed : relabel(renamed, { to: slot.to, from, pattern: pattern ?? "(.*)" });
      }, expr),
  };
}

const overTime: Partial<Record<Statistic, string>> = { mean: "avg_over_time", max: "max_over_time", min: "min_over_time" };

function sampled(quantity: Quantity, matchers: readonly Matcher[], wanted: Wanted): Expr {
  if (quantity.as !== "gauge")
    return call(quantity.as, select(quantity.metric, matchers, quantity.as === "rate" ? wanted.rangeSeconds : wanted.stepSeconds));
  const over = overTime[wanted.statistic];
  return over ? call(over, select(quantity.metric, matchers, wanted.rangeSeconds)) : select(quantity.metric, matchers);
}

const scaled = (expr: Expr, scale: number) => (scale === 1 ? expr : binary(expr, "*", number(scale)));

function quantityExpr(measure: Extract<Measure, { form: "quantity" }>, wanted: Wanted): Rendered | null {
  const located = locate(measure.of, wanted);
  const grouping = located && groupingOf([located], wanted, []);
  if (!located || !grouping) return null;
  const combine = wanted.statistic === "max" && measure.of.as === "gauge" && measure.of.combine !== "sum" ? "max" : measure.of.combine;
  const expr = aggregate(combine, grouping.outer, grouping.rename(located, sampled(measure.of, located.matchers, wanted)));
  return { expr: scaled(expr, measure.scale), slots: grouping.slots, by: grouping.by };
}

function histogramExpr(measure: Extract<Measure, { form: "histogram" }>, wanted: Wanted): Rendered | null {
  const bucket = `${measure.metric}_bucket`;
  const located = locate({ metric: bucket, where: measure.where }, wanted);
  const grouping = located && groupingOf([located], wanted, []);
  if (!located || !grouping) return null;
  const rate = (suffix: string, by: readonly string[]) =>
    aggregate(
      "sum",
      by,
      grouping.rename(located, call("rate", select(`${measure.metric}${suffix}`, located.matchers, wanted.rangeSeconds))),
    );
  const quantile = quantileOf(wanted.statistic);
  const { slots, by } = grouping;
  if (quantile !== null) {
    const expr = call("histogram_quantile", number(quantile), rate("_bucket", ["le", ...grouping.outer]));
    return { expr: scaled(expr, measure.scale), slots, by };
  }
  if (wanted.statistic === "rate") return { expr: rate("_count", grouping.outer), slots, by };
  return { expr: scaled(binary(rate("_sum", grouping.outer), "/", rate("_count", grouping.outer)), measure.scale), slots, by };
}

function shareExpr(measure: Extract<Measure, { form: "share" }>, wanted: Wanted): Rendered | null {
  const [part, whole] = [locate(measure.part, wanted), locate(measure.whole, wanted)];
  if (!part || !whole) return null;
  const grouping = groupingOf([part, whole], wanted, measure.at);
  if (!grouping) return null;
  const side = (quantity: Quantity, located: Located, by: readonly string[]) =>
    aggregate(quantity.combine, by, grouping.rename(located, sampled(quantity, located.matchers, wanted)));
  const { slots, by } = grouping;
  if (wanted.statistic === "rate") return { expr: side(measure.part, part, grouping.outer), slots, by };
  const divisor = side(measure.whole, whole, grouping.inner);
  const above = side(measure.part, part, grouping.inner);
  const share = binary(measure.absent_is_zero ? binary(above, "or", binary(divisor, "*", number(0))) : above, "/", divisor);
  const shown = measure.complement ? binary(number(1), "-", share) : share;
  return { expr: measure.at.length > 0 ? aggregate("max", grouping.outer, shown) : shown, slots, by };
}

/** The expression that measures entities by a convention; null when its metrics do not carry what that needs. */
export function renderMeasure(wanted: Wanted): Rendered | null {
  const { measure } = wanted.convention;
  switch (measure.form) {
    case "histogram":
      return histogramExpr(measure, wanted);
    case "quantity":
      return quantityExpr(measure, wanted);
    case "share":
      return shareExpr(measure, wanted);
  }
}

/** How many places an entity's kind may have in the first metric of a convention. */
export function placeCount(
  convention: Convention,
  kind: string,
  have: { readonly present: ReadonlySet<string> | undefined; readonly labels: RoleLabels },
): number {
  return have.present ? placesOf(kind, have.present, { ...have.labels, ...convention.labels }).length : 0;
}
