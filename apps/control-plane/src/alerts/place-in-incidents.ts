import type { LocalizedText } from "@sre/contracts/evidence";
import type { CallContext } from "@sre/service-kit";
import { placeAlerts, type AlertToPlace, type KeptTraits, type OpenIncident, type Placement } from "@sre/correlation";
import type { App } from "../app.ts";
import {
  adoptEnvironments,
  findIncidentsToJoin,
  insertIncidents,
  takeIncidentNumbers,
  writeTraits,
  type IncidentToJoin,
} from "../incidents/store.ts";
import type { Tx } from "../migrations/tables.ts";
import { textOf } from "./alert-text.ts";
import { worst, type DeliveredAlert } from "./incident-moves.ts";

const titleCharactersMax = 300;

/** An incident that a delivery opened. */
interface OpenedIncident {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly service: string | null;
  readonly because: string;
}

export interface Placed {
  /** Alert id → incident id. */
  readonly incidentOf: ReadonlyMap<string, string>;
  readonly opened: readonly OpenedIncident[];
  /** Alert id → why it joined other alerts, or how its end is known without a message; one that opened its incident is not in it. */
  readonly because: ReadonlyMap<string, LocalizedText>;
}

function openIncident(row: IncidentToJoin): OpenIncident {
  const { id, number, cluster, environment, namespace, service, entities, cause, traits } = row;
  return {
    id,
    number,
    cluster,
    environment,
    namespace,
    service,
    entities,
    cause,
    traits: traits === null ? null : (JSON.parse(traits) as KeptTraits),
    firstAlertAtMs: row.started_at.getTime(),
    lastAlertAtMs: row.last_alert_at.getTime(),
  };
}

async function candidates(tx: Tx, call: { app: App; ctx: CallContext }, alerts: readonly DeliveredAlert[]): Promise<OpenIncident[]> {
  const { windowMs, stepsMax } = call.app.settings.correlation;
  const earliestMs = alerts.reduce((min, { alert }) => Math.min(min, alert.startsAt.getTime()), Number.POSITIVE_INFINITY);
  const places = new Map(
    alerts.map(({ resolved: { cluster, environment, service } }) => [
      JSON.stringify([cluster, environment, service]),
      { cluster, environment, service },
    ]),
  );
  const since = new Date(earliestMs - windowMs);
  const rows = await findIncidentsToJoin(tx, call.ctx.teamId, {
    places: [...places.values()],
    since,
    anyService: stepsMax > 0,
  });
  return rows.map(openIncident);
}

async function decide(
  tx: Tx,
  call: { app: App; ctx: CallContext },
  alerts: readonly DeliveredAlert[],
): Promise<ReturnType<typeof placeAlerts>> {
  const { app, ctx } = call;
  const settings = app.settings.correlation;
  const toPlace = alerts.map(({ written, resolved, alert }): AlertToPlace => {
    const { name, labels, annotations } = alert;
    return { key: written.id, resolved, startsAtMs: alert.startsAt.getTime(), name, labels, text: textOf(annotations) };
  });
  const open = await candidates(tx, call, alerts);
  const dependencies = await app.dependencies.read(tx, ctx.teamId, settings.stepsMax);
  const placed = placeAlerts(toPlace, open, { settings, dependencies });
  await adoptEnvironments(tx, ctx.teamId, environmentsToAdopt(placed.placements, { alerts, open }));
  return placed;
}

function environmentsToAdopt(
  placements: readonly Placement[],
  { alerts, open }: { alerts: readonly DeliveredAlert[]; open: readonly OpenIncident[] },
) {
  const silent = new Set(open.filter(({ environment }) => environment === "").map(({ id }) => id));
  const said = new Map(alerts.map(({ written, resolved }) => [written.id, resolved.environment]));
  return placements.flatMap(({ key, into }) => {
    const environment = said.get(key) ?? "";
    return into.kind === "incident" && environment !== "" && silent.delete(into.id) ? [{ incident_id: into.id, environment }] : [];
  });
}

function titleOf({ alert, resolved }: DeliveredAlert): string {
  const words = alert.annotations["summary"]?.trim() || (resolved.service === null ? alert.name : `${alert.name}: ${resolved.service}`);
  // A cut may go through the middle of a character that takes two code units.
  return words
    .slice(0, titleCharactersMax)
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\p{Cs}/gu, "");
}

function newRow(ctx: CallContext, input: { id: string; number: number; because: LocalizedText; members: readonly DeliveredAlert[] }) {
  const { members } = input;
  const severity = worst(members.map(({ alert }) => alert.severity));
  const starts = members.map(({ alert }) => alert.startsAt.getTime());
  const speaks = members.find(({ alert }) => alert.severity === severity)!;
  const { cluster, environment, namespace, service } = members[0]!.resolved;
  return {
    team_id: ctx.teamId, id: input.id, number: input.number, title: titleOf(speaks), status: "new", severity, cluster, environment, namespace, service,
    started_at: new Date(Math.min(...starts)), last_alert_at: new Date(Math.max(...starts)), created_at: ctx.at, updated_at: ctx.at,
    acknowledged_at: null, resolved_at: null, assignee: null, resolution: null, grouped_because: input.because.en, grouped_because_zh: input.because["zh-TW"], alerts_firing: 0, alerts_total: 0, version: 1,
  } as const; // prettier-ignore
}

async function openGroups(
  tx: Tx,
  call: { app: App; ctx: CallContext },
  groups: readonly { because: LocalizedText; members: readonly DeliveredAlert[] }[],
): Promise<OpenedIncident[]> {
  if (groups.length === 0) return [];
  const { app, ctx } = call;
  const firstNumber = await takeIncidentNumbers(tx, ctx.teamId, groups.length);
  const rows = groups.map((group, index) => newRow(ctx, { id: app.newId(), number: firstNumber + index, ...group }));
  await insertIncidents(tx, rows);
  return rows.map(({ id, number, title, service, grouped_because: because }) => ({ id, number, title, service, because }));
}

/** Puts alerts that began into incidents: an open one where the rules say so, otherwise new ones, which it writes. */
export async function placeInIncidents(tx: Tx, call: { app: App; ctx: CallContext }, alerts: readonly DeliveredAlert[]): Promise<Placed> {
  if (alerts.length === 0) return { incidentOf: new Map(), opened: [], because: new Map() };
  const { placements, changed } = await decide(tx, call, alerts);
  const byId = new Map(alerts.map((delivered) => [delivered.written.id, delivered]));
  const groups = new Map<number, { because: LocalizedText; members: DeliveredAlert[] }>();
  for (const { key, into, because } of placements) {
    if (into.kind !== "new") continue;
    const group = groups.get(into.group) ?? { because, members: [] };
    group.members.push(byId.get(key)!);
    groups.set(into.group, group);
  }
  const opened = await openGroups(tx, call, [...groups.values()]);
  const idOfGroup = new Map([...groups.keys()].map((group, index) => [group, opened[index]!.id]));
  const idOf = (into: Placement["into"]) => (into.kind === "incident" ? into.id : idOfGroup.get(into.group)!);
  const incidentOf = new Map(placements.map(({ key, into }) => [key, idOf(into)]));
  // Where alerts join those of their own service only, nothing of them is compared.
  if (call.app.settings.correlation.stepsMax > 0)
    await writeTraits(tx, call.ctx.teamId, changed.map(({ into, traits }) => ({ incident_id: idOf(into), traits }))); // prettier-ignore
  const reasons = new Map(placements.flatMap(({ key, score, because }) => (score === null ? [] : [[key, because]])));
  return { incidentOf, opened, because: reasons };
}
