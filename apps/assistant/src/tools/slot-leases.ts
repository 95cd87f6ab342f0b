import { defaultTeamId, type Log } from "@sre/service-kit";
import { sql, type Database } from "@sre/storage";
import type { Tables } from "../migrations/tables.ts";

/** How long a slot stays taken when its holder is not heard of any more, and how often the holder is heard. Seconds, milliseconds. */
const leaseLimits = { leaseSeconds: 30, renewEveryMs: 5_000 } as const;

/** The places in front of a source, numbered from 1; whoever holds one may have one call under way. */
export interface SlotLeases {
  /** Takes up to `count` free places below `max`; fewer, or none, when others hold them. */
  lease(source: string, max: number, count: number): Promise<number[]>;
  release(source: string, slots: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

/** Places of one process: for a database that only this process has. */
export function createMemoryLeases(): SlotLeases {
  const taken = new Map<string, Set<number>>();
  return {
    lease(source, max, count) {
      const mine = taken.get(source) ?? new Set();
      taken.set(source, mine);
      const free = Array.from({ length: max }, (_, index) => index + 1).filter((slot) => !mine.has(slot));
      const got = free.slice(0, count);
      for (const slot of got) mine.add(slot);
      return Promise.resolve(got);
    },
    release(source, slots) {
      for (const slot of slots) taken.get(source)?.delete(slot);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

interface Leasing {
  readonly database: Database<Tables>;
  readonly holder: string;
}

// Sources belong to the installation, so their places stand under its one team.
const teamId = defaultTeamId;
const free = sql<Date>`to_timestamp(0)`;
const untilLease = sql<Date>`clock_timestamp() + make_interval(secs => ${leaseLimits.leaseSeconds})`;

async function createSlots({ database, holder }: Leasing, source: string, max: number): Promise<void> {
  const slots = Array.from({ length: max }, (_, index) => ({ team_id: teamId, source, slot: index + 1, holder, leased_until: free }));
  await database.kysely.insertInto("source_slots").values(slots).onConflict((on) => on.columns(["team_id", "source", "slot"]).doNothing()).execute(); // prettier-ignore
}

async function leaseSlots({ database, holder }: Leasing, source: string, wanted: { max: number; count: number }): Promise<number[]> {
  const rows = await database.kysely
    .updateTable("source_slots")
    .set({ holder, leased_until: untilLease })
    .where("team_id", "=", teamId)
    .where("source", "=", source)
    .where("slot", "in", (inner) =>
      inner
        .selectFrom("source_slots")
        .select("slot")
        .where("team_id", "=", teamId)
        .where("source", "=", source)
        .where("slot", "<=", wanted.max)
        .where("leased_until", "<=", sql<Date>`clock_timestamp()`)
        .orderBy("slot")
        .limit(wanted.count)
        .forUpdate()
        .skipLocked(),
    )
    .returning("slot")
    .execute();
  return rows.map(({ slot }) => slot);
}

/** Places shared by all replicas: leases in the database, judged by its clock, free again soon after their holder dies. */
export function createDatabaseLeases(input: Leasing & { log: Log }): SlotLeases {
  const { database, holder, log } = input;
  const created = new Map<string, Promise<void>>();
  const mine = () => database.kysely.updateTable("source_slots").where("team_id", "=", teamId).where("holder", "=", holder);
  const renew = () => mine().set({ leased_until: untilLease }).where("leased_until", ">", free).execute();
  const timer = setInterval(() => {
    renew().catch((error: unknown) => log.warn({ err: error }, "the places in front of sources were not renewed"));
  }, leaseLimits.renewEveryMs).unref();
  const create = (source: string, max: number) => {
    const key = `${source} ${max}`;
    const creating = created.get(key) ?? createSlots(input, source, max);
    created.set(key, creating);
    creating.catch(() => created.delete(key));
    return creating;
  };
  return {
    async lease(source, max, count) {
      await create(source, max);
      return leaseSlots(input, source, { max, count });
    },
    async release(source, slots) {
      await mine().set({ leased_until: free }).where("source", "=", source).where("slot", "in", slots).execute();
    },
    async close() {
      clearInterval(timer);
      // Without its database a process still has to stop: the leases run out by themselves.
      await mine()
        .set({ leased_until: free })
        .execute()
        .catch((error: unknown) => log.warn({ err: error }, "the places in front of sources were not given back"));
    },
  };
}
