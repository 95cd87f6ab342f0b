import type { AlertStorm } from "@sre/contracts/control-plane";
import type { TeamId } from "@sre/contracts/shared";
import { sql, type RawBuilder } from "kysely";
import type { Db } from "../migrations/tables.ts";

/** A stretch that is cut into so many buckets of so many seconds. */
export interface Stretch {
  readonly from: Date;
  readonly buckets: number;
  readonly bucketSeconds: number;
}

// The newest 50,000 of a million are counted in a quarter of a second, by an index; of many more the planner reads the whole table.
const stormLimits = { alertsMax: 50_000, quarantinedMax: 50_000, incidentsMax: 20, sharesMax: 10 } as const;

/** The bucket of an instant; what another clock dates ahead counts into the last. */
const bucketOf = (column: string, { from, buckets, bucketSeconds }: Stretch): RawBuilder<number> =>
  sql`least(${buckets - 1}::int, floor(extract(epoch from ${sql.ref(column)} - ${from}::timestamptz) / ${bucketSeconds}::int)::int)`;

/** What the alerts are counted by, as the bits that `grouping` leaves for it. */
const kinds = { bucket: 0b011111, incident: 0b101111, service: 0b110111, namespace: 0b111011, name: 0b111101, sender: 0b111110, all: 0b111111 } as const; // prettier-ignore

interface Counted {
  readonly kind: number;
  readonly bucket: number | null;
  readonly value: string | null;
  readonly alerts: number;
  readonly resolved: number;
  readonly held: number;
  readonly oldest: Date;
  /** How many different values there are. */
  readonly values: number;
  readonly different: number;
}

/** The newest alerts of a stretch, counted by bucket, incident, service, namespace, name and sender; of each the values with most alerts. */
async function countAlerts(db: Db, teamId: TeamId, stretch: Stretch): Promise<Counted[]> {
  const { rows } = await sql<Counted>`
    with taken as materialized (
      select ${bucketOf("received_at", stretch)} as bucket, received_at, status, held, incident_id::text as incident, service, nullif(namespace, '') as namespace, name, integration, fingerprint
      from alerts where team_id = ${teamId} and received_at >= ${stretch.from} order by received_at desc, id desc limit ${stormLimits.alertsMax}
    ), counted as (
      select grouping(bucket, incident, service, namespace, name, integration)::int as kind, bucket, coalesce(incident, service, namespace, name, integration) as value, count(*)::int as alerts,
        count(*) filter (where status = 'resolved')::int as resolved, count(*) filter (where status = 'firing' and held is not null)::int as held, min(received_at) as oldest
      from taken group by grouping sets ((bucket), (incident), (service), (namespace), (name), (integration), ())
    ), ranked as (
      select *, row_number() over (partition by kind, value is null order by alerts desc, value) as place, (count(value) over (partition by kind))::int as values from counted
    )
    select kind, bucket, value, alerts, resolved, held, oldest, values, (select count(*)::int from (select from taken group by integration, fingerprint) d) as different
    from ranked where kind = ${kinds.bucket} or place <= ${stormLimits.incidentsMax}`.execute(db);
  return rows;
}

/** How many alerts were quarantined in each bucket. */
async function countQuarantined(db: Db, teamId: TeamId, stretch: Stretch): Promise<Map<number, number>> {
  const { rows } = await sql<{ bucket: number; count: number }>`
    select bucket, count(*)::int as count from (
      select ${bucketOf("received_at", stretch)} as bucket from quarantined_alerts where team_id = ${teamId} and received_at >= ${stretch.from}
      order by received_at desc, id desc limit ${stormLimits.quarantinedMax}) q group by bucket`.execute(db);
  return new Map(rows.map(({ bucket, count }) => [bucket, count]));
}

/** How many incidents were opened in each bucket. */
async function countOpened(db: Db, teamId: TeamId, stretch: Stretch): Promise<Map<number, number>> {
  const { rows } = await sql<{ bucket: number; count: number }>`
    select bucket, count(*)::int as count from (
      select ${bucketOf("created_at", stretch)} as bucket from incidents where team_id = ${teamId} and created_at >= ${stretch.from}
      order by created_at desc, id desc limit ${stormLimits.alertsMax}) i group by bucket`.execute(db);
  return new Map(rows.map(({ bucket, count }) => [bucket, count]));
}

async function describe(db: Db, teamId: TeamId, taken: readonly Counted[]): Promise<AlertStorm["incidents"]> {
  if (taken.length === 0) return [];
  const ids = taken.map(({ value }) => value!);
  const rows = await db
    .selectFrom("incidents")
    .select(["id", "number", "title", "status", "severity", "service"])
    .where("team_id", "=", teamId)
    .where("id", "in", ids)
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return taken.flatMap(({ value, alerts }) => (byId.has(value!) ? [{ ...byId.get(value!)!, alerts }] : []));
}

/** What came in over a stretch, and what became of it; `since` is later than the stretch where more came than is counted. */
export interface Found extends Pick<AlertStorm, "incidents" | "services" | "namespaces" | "names" | "senders"> {
  readonly since: Date | null;
  readonly buckets: readonly Counted[];
  readonly quarantined: ReadonlyMap<number, number>;
  readonly opened: ReadonlyMap<number, number>;
  readonly totals: Pick<AlertStorm["totals"], "alerts" | "distinct" | "incidents">;
}

/** Reads what came in over a stretch: bounded in rows read and rows returned, whatever the size of the table. */
export async function findStorm(db: Db, teamId: TeamId, stretch: Stretch): Promise<Found> {
  const counted = await countAlerts(db, teamId, stretch);
  const of = (kind: number) => counted.filter((row) => row.kind === kind && row.value !== null);
  const shares = (kind: number) => of(kind).slice(0, stormLimits.sharesMax).map(({ value, alerts }) => ({ value: value!, alerts })); // prettier-ignore
  const all = counted.find(({ kind }) => kind === kinds.all);
  return {
    since: all && all.alerts >= stormLimits.alertsMax ? all.oldest : null,
    buckets: counted.filter(({ kind }) => kind === kinds.bucket),
    quarantined: await countQuarantined(db, teamId, stretch),
    opened: await countOpened(db, teamId, stretch),
    totals: { alerts: all?.alerts ?? 0, distinct: all?.different ?? 0, incidents: of(kinds.incident)[0]?.values ?? 0 },
    incidents: await describe(db, teamId, of(kinds.incident)),
    services: shares(kinds.service),
    namespaces: shares(kinds.namespace),
    names: shares(kinds.name),
    senders: shares(kinds.sender),
  };
}

/** Whether at least `alerts` were received since an instant. */
export async function arrivedSince(db: Db, teamId: TeamId, { since, alerts }: { since: Date; alerts: number }): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (select from alerts where team_id = ${teamId} and received_at >= ${since} order by received_at desc, id desc limit ${alerts}) a`.execute(
    db,
  );
  return (rows[0]?.count ?? 0) >= alerts;
}
