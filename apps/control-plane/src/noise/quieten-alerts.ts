import type { LocalizedText } from "@sre/contracts/evidence";
import type { CallContext } from "@sre/service-kit";
import type { DeliveredAlert } from "../alerts/incident-moves.ts";
import { placeInIncidents, type Placed } from "../alerts/place-in-incidents.ts";
import type { App } from "../app.ts";
import { changeLocked, type IncidentChange } from "../incidents/change-incident.ts";
import { windowOf } from "../maintenance/window-rules.ts";
import type { Tx } from "../migrations/tables.ts";
import { findSurroundings, type Hold, type Surroundings } from "./store.ts";

type Call = { readonly app: App; readonly ctx: CallContext };

/** Where alerts went that began: into incidents, or nowhere for now. */
export interface Quietened extends Placed {
  readonly holds: readonly Hold[];
  /** Incidents that were resolved and are open again. */
  readonly reopened: readonly string[];
}

interface Around extends Surroundings {
  readonly at: Date;
}

type Fate =
  | { readonly to: "place" }
  | { readonly to: "incident"; readonly id: string; readonly reopens: boolean }
  | { readonly to: "hold"; readonly hold: Hold };

/** How long an alert must fire until it counts as staying, in milliseconds. */
export function settlesAfterMs({ flappingStarts, flappingWindowMs }: App["settings"]["noise"]): number {
  return flappingStarts === 0 ? 0 : flappingWindowMs / flappingStarts;
}

/** The labels by which windows are chosen: the alert's own, and what they were read as. */
function labelsOf({ alert, resolved }: DeliveredAlert): Readonly<Record<string, string>> {
  const { cluster, environment, namespace, service } = resolved;
  return { cluster, environment, namespace, ...(service === null ? {} : { service }), ...alert.labels };
}

function fateOf(delivered: DeliveredAlert, around: Around, noise: App["settings"]["noise"]): Fate {
  const { alert, written } = delivered;
  const window = windowOf(around.windows, labelsOf(delivered));
  if (window !== null) return { to: "hold", hold: { alert_id: written.id, held: "maintenance", held_by: window } };
  const history = around.histories.get(alert.fingerprint);
  const firesForMs = around.at.getTime() - alert.startsAt.getTime();
  const flaps = noise.flappingStarts > 0 && (history?.starts ?? 0) >= noise.flappingStarts && firesForMs < settlesAfterMs(noise);
  const { incident_id: id = null, incident_status: status = null } = history ?? {};
  if (id !== null && status !== "resolved" && flaps) return { to: "incident", id, reopens: false };
  if (flaps) return { to: "hold", hold: { alert_id: written.id, held: "flapping", held_by: null } };
  return id !== null && status === "resolved" ? { to: "incident", id, reopens: true } : { to: "place" };
}

async function lookAround(tx: Tx, { app, ctx }: Call, input: { integration: string; alerts: readonly DeliveredAlert[] }): Promise<Around> {
  const { flappingStarts, flappingWindowMs, reopenMs } = app.settings.noise;
  const alerts = input.alerts.map(({ alert: { fingerprint, startsAt } }) => ({
    fingerprint,
    starts_at: startsAt,
    since: new Date(startsAt.getTime() - flappingWindowMs),
  }));
  const resolvedSince = new Date(ctx.at.getTime() - reopenMs);
  const asked = { integration: input.integration, at: ctx.at, alerts, startsCountedMax: flappingStarts, resolvedSince };
  return { at: ctx.at, ...(await findSurroundings(tx, ctx.teamId, asked)) };
}

const firesAgain: IncidentChange = {
  set: { status: "new", acknowledged_at: null, resolved_at: null, resolution: null },
  action: "incident.reopen",
  kind: "status",
  text: { en: "Reopened: its alert fires again", "zh-TW": "重新開啟：告警再次觸發" },
};

const firedHere: LocalizedText = { en: "it fired in this incident before", "zh-TW": "同一告警先前已在此事件中觸發" };
const flapsHere: LocalizedText = {
  en: "it flaps, and fired in this incident before",
  "zh-TW": "告警反覆觸發，且先前已在此事件中觸發",
};

/**
 * Puts alerts that began into incidents, apart from those that make noise: inside a maintenance window they open nothing; one
 * that flaps joins its open incident or waits until it stays; one that fires again soon opens its incident again.
 */
export async function placeQuietly(
  tx: Tx,
  call: Call,
  input: { readonly integration: string; readonly alerts: readonly DeliveredAlert[] },
): Promise<Quietened> {
  if (input.alerts.length === 0) return { incidentOf: new Map(), opened: [], because: new Map(), holds: [], reopened: [] };
  const around = await lookAround(tx, call, input);
  const fates = input.alerts.map((delivered) => ({ delivered, fate: fateOf(delivered, around, call.app.settings.noise) }));
  const placed = await placeInIncidents(tx, call, fates.flatMap(({ delivered, fate }) => (fate.to === "place" ? [delivered] : []))); // prettier-ignore
  const back = fates.flatMap(({ delivered, fate }) => (fate.to === "incident" ? [{ id: delivered.written.id, fate }] : []));
  const reopened = [...new Set(back.flatMap(({ fate }) => (fate.reopens ? [fate.id] : [])))].sort();
  for (const incidentId of reopened)
    await changeLocked(tx, call, { incidentId, decide: ({ status }) => (status === "resolved" ? firesAgain : null) });
  return {
    incidentOf: new Map([...placed.incidentOf, ...back.map(({ id, fate }): [string, string] => [id, fate.id])]),
    opened: placed.opened,
    because: new Map([...placed.because, ...back.map(({ id, fate }): [string, LocalizedText] => [id, fate.reopens ? firedHere : flapsHere])]), // prettier-ignore
    holds: fates.flatMap(({ fate }) => (fate.to === "hold" ? [fate.hold] : [])),
    reopened,
  };
}
