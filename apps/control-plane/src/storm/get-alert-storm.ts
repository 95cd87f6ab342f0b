import type { AlertStorm } from "@sre/contracts/control-plane";
import { requireScope, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { arrivedSince, findStorm, type Found, type Stretch } from "./store.ts";

const bucketsMax = 60;
const minuteMs = 60_000;
/** More than a person reads: one in three seconds, for five minutes. */
const underWay = { alerts: 100, withinMs: 5 * minuteMs } as const;

/** The buckets of the last minutes: of whole minutes, so that a later call cuts them at the same instants, and at most sixty. */
export function stretchOf(at: Date, minutes: number): Stretch {
  const bucketMs = Math.ceil(minutes / bucketsMax) * minuteMs;
  const buckets = Math.ceil((minutes * minuteMs) / bucketMs);
  const last = Math.floor(at.getTime() / bucketMs) * bucketMs;
  return { from: new Date(last - (buckets - 1) * bucketMs), buckets, bucketSeconds: bucketMs / 1_000 };
}

function bucketsOf({ from, buckets, bucketSeconds }: Stretch, found: Found): AlertStorm["buckets"] {
  const counted = new Map(found.buckets.map((row) => [row.bucket, row]));
  return Array.from({ length: buckets }, (_, index) => {
    const { alerts = 0, resolved = 0, held = 0 } = counted.get(index) ?? {};
    return {
      at: new Date(from.getTime() + index * bucketSeconds * 1_000).toISOString(),
      firing: alerts - resolved - held,
      resolved,
      held,
      quarantined: found.quarantined.get(index) ?? 0,
      incidents: found.opened.get(index) ?? 0,
    };
  });
}

function totalsOf(buckets: AlertStorm["buckets"], found: Found): AlertStorm["totals"] {
  const sum = (name: "firing" | "resolved" | "held" | "quarantined" | "incidents") =>
    buckets.reduce((all, bucket) => all + bucket[name], 0);
  return {
    ...found.totals,
    firing: sum("firing"),
    resolved: sum("resolved"),
    held: sum("held"),
    quarantined: sum("quarantined"),
    incidents_opened: sum("incidents"),
  };
}

/** What arrives, and what became of it: how many alerts a minute, of what, and the incidents that took them. */
export async function getAlertStorm(app: App, ctx: CallContext, { minutes }: { minutes: number }): Promise<AlertStorm> {
  requireScope(ctx, "alerts:read");
  // It names incidents, which whoever may only read alerts does not see.
  requireScope(ctx, "incidents:read");
  const db = app.database.kysely;
  const stretch = stretchOf(ctx.at, minutes);
  const found = await findStorm(db, ctx.teamId, stretch);
  const buckets = bucketsOf(stretch, found);
  const { incidents, services, namespaces, names, senders, since } = found;
  return {
    from: (since ?? stretch.from).toISOString(),
    to: ctx.at.toISOString(),
    complete: since === null,
    under_way: await arrivedSince(db, ctx.teamId, { since: new Date(ctx.at.getTime() - underWay.withinMs), alerts: underWay.alerts }),
    bucket_seconds: stretch.bucketSeconds,
    buckets,
    totals: totalsOf(buckets, found),
    incidents,
    services,
    namespaces,
    names,
    senders,
  };
}
