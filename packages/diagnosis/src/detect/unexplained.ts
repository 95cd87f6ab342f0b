import { byCodeUnit } from "@sre/contracts/canonical";
import type { ClusterEvent, EntityId, Finding } from "@sre/contracts/evidence";
import { isNode, kindOf, nameOf, namespaceOf, podOf } from "../entities.ts";
import { finding } from "../finding.ts";
import { brief, spoken } from "../messages/words.ts";
import { checksOf, type SeenCheck } from "../seen/checks.ts";
import { isAbsent } from "../seen/estate.ts";
import type { Cited, Seen } from "../seen/seen.ts";
import { namedServices } from "./declared.ts";
import { nodeOfComponent } from "./node-components.ts";
import { began, inWindow } from "./pods.ts";
import { standingOf } from "./outlived.ts";

/*
 * What is unwell by any measure, for faults that no other detector knows: whatever was tried and does not work, whatever a warning
 * names, whatever should be there and is not. Nothing here asks what kind of part, warning or object it is.
 */

/** Parts of something that were looked at and do not work. */
function partsNotWorking(seen: Seen, checks: readonly SeenCheck[]): Finding[] {
  const failed = checks.filter(({ to, outcome }) => kindOf(to) === "component" && outcome !== "ok");
  return failed.map(({ to, since, code, detail, cite }) => {
    const from = since !== undefined && inWindow(seen, since) ? { from: since } : {};
    const values = { part: nameOf(to).split(":")[1] ?? nameOf(to), detail: brief(code ?? detail) };
    return finding({ what: "part_not_working", entity: nodeOfComponent(to), ...from, strength: 0.9, evidence: [cite], values });
  });
}

const triesMin = 2;

/** Places from which most things cannot be reached that can be reached from others. */
function failingFrom(checks: readonly SeenCheck[]): Finding[] {
  const placed = checks.flatMap((check) => (check.from === null ? [] : [{ ...check, from: check.from }]));
  const reached = Map.groupBy(placed.filter(({ outcome }) => outcome === "ok"), ({ to }) => to); // prettier-ignore
  return [...Map.groupBy(placed, ({ from }) => from)].flatMap(([entity, own]) => {
    const failed = own.filter(({ to, outcome }) => outcome !== "ok" && reached.has(to));
    if (failed.length < triesMin || failed.length < own.length / 2) return [];
    const values = { failed: failed.length, tried: own.length };
    return [finding({ what: "fails_only_from", entity, strength: 0.9, evidence: failed.slice(0, 3).map(({ cite }) => cite), values })];
  });
}

const nameLengthMin = 4;
const wordForm = /[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?/g;

/** Things that belong to nothing in particular: what they refuse is mended where they lie. */
function placeOf(seen: Seen, named: EntityId): EntityId {
  const users = seen.graph.neededBy(seen.graph.component(named));
  if (isNode(named) || users.length > 1) return named;
  return users[0] ?? namespaceOf(named) ?? named;
}

/** By name, the live objects of a namespace and those that lie in none. */
function namesakes(seen: Seen): ReadonlyMap<string, readonly EntityId[]> {
  const live = seen.objects.filter(({ view, entity }) => view === "live" && nameOf(entity).length >= nameLengthMin);
  return Map.groupBy(live.map(({ entity }) => entity), nameOf); // prettier-ignore
}

/** The one other thing that a warning names; null when it names none, or several. */
function namedBy(seen: Seen, event: ClusterEvent, names: ReadonlyMap<string, readonly EntityId[]>): EntityId | null {
  const own = seen.graph.component(podOf(event.entity));
  const place = namespaceOf(event.entity);
  const words = new Set(event.message.match(wordForm) ?? []);
  const found = [...words].flatMap((word) => names.get(word) ?? []);
  const near = found.filter((id) => namespaceOf(id) === null || namespaceOf(id) === place);
  const others = near.filter((id) => seen.graph.component(id) !== own && nameOf(id) !== nameOf(own));
  return others.length === 1 ? (others[0] ?? null) : null;
}

function warnedBy(seen: Seen): Finding[] {
  const names = namesakes(seen);
  const standing = (event: Cited<ClusterEvent>) =>
    event.type === "Warning" && inWindow(seen, event.last_at) && standingOf(seen, event) === "stands";
  return seen.events.filter(standing).flatMap((event) => {
    const other = namedBy(seen, event, names);
    if (other === null) return [];
    const values = { by: placeOf(seen, other), detail: brief(event.message) };
    const common = { entity: event.entity, ...began(seen, event), evidence: [event.cite], values, words: { other: spoken(other) } };
    return [finding({ what: "blamed_by_warning", ...common, strength: 0.9, now: seen.now.has(event.cite.id) })];
  });
}

/** What is wanted and not there cannot be at fault itself: whatever keeps it away acts where it should be. */
function absentThings(seen: Seen): Finding[] {
  const declared = seen.objects.filter(({ view, entity }) => view === "declared" && namespaceOf(entity) !== null && isAbsent(seen, entity));
  const named = namedServices(seen).map(({ service, by }) => ({ entity: service, cite: by.cite }));
  const all = new Map([...named, ...declared].map(({ entity, cite }) => [entity, cite]));
  return [...all]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([entity, cite]) =>
      finding({ what: "absent", entity, strength: 0.9, evidence: [cite], values: { by: namespaceOf(entity) ?? entity } }),
    );
}

/** Whatever is unwell by itself, without a name for its fault. */
export function detectUnexplained(seen: Seen): Finding[] {
  const checks = checksOf(seen);
  return [...partsNotWorking(seen, checks), ...failingFrom(checks), ...warnedBy(seen), ...absentThings(seen)];
}
