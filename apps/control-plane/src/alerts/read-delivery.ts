import type { CallContext } from "@sre/service-kit";
import type { Delivery } from "./formats/delivery.ts";
import type { MalformedItem } from "../quarantine/quarantine-items.ts";
import { withoutRepeats, type IncomingAlert, type KeyedAlert } from "./incoming-alert.ts";

/** A delivery whose items were read, and who brought it. */
export interface ReadDelivery {
  readonly ctx: CallContext;
  readonly delivery: Delivery;
  readonly alerts: readonly IncomingAlert[];
  readonly keyed: readonly KeyedAlert[];
  readonly malformed: readonly MalformedItem[];
}

/** Reads every item by the format of its integration. */
export function readDelivery(ctx: CallContext, delivery: Delivery): ReadDelivery {
  const alerts: IncomingAlert[] = [];
  const keyed: KeyedAlert[] = [];
  const malformed: MalformedItem[] = [];
  for (const item of delivery.items) {
    const read = delivery.read(item, ctx.at);
    if (read.kind === "accepted") alerts.push(read.alert);
    else if (read.kind === "keyed") keyed.push(read.keyed);
    else if (read.kind === "malformed") malformed.push({ item, field: read.field, reason: read.reason });
  }
  return { ctx, delivery, alerts: withoutRepeats(alerts), keyed, malformed };
}

export const alertsIn = ({ delivery }: ReadDelivery): number => delivery.items.length;

/** All that a delivery says of each fingerprint. */
function saidOf({ alerts, keyed }: ReadDelivery): Map<string, unknown[]> {
  const said = new Map<string, unknown[]>();
  // The start that a keyed message proposes is the time of its arrival: no difference.
  for (const { startsAt: _, ...one } of keyed) said.set(one.fingerprint, [...(said.get(one.fingerprint) ?? []), one]);
  for (const one of alerts) {
    const before = said.get(one.fingerprint);
    if (before) before.push(one);
    else said.set(one.fingerprint, [one]);
  }
  return said;
}

const sameSender = (a: ReadDelivery, b: ReadDelivery): boolean =>
  a.delivery.integration === b.delivery.integration && a.ctx.teamId === b.ctx.teamId && a.ctx.principal.name === b.ctx.principal.name;

/**
 * How many deliveries from the head can be stored as one and end as if stored one after the other: those of one sender, up to
 * the first that says something else of an alert than one before it. Repeats go together.
 */
export function together(waiting: readonly ReadDelivery[], alertsMax: number): number {
  const said = new Map<string, unknown[]>();
  let alerts = 0;
  for (const [index, one] of waiting.entries()) {
    alerts += alertsIn(one);
    if (index > 0 && (alerts > alertsMax || !sameSender(one, waiting[0]!))) return index;
    const own = saidOf(one);
    for (const [fingerprint, words] of own) {
      const before = said.get(fingerprint);
      if (before && JSON.stringify(before) !== JSON.stringify(words)) return index;
    }
    for (const [fingerprint, words] of own) said.set(fingerprint, words);
  }
  return waiting.length;
}
