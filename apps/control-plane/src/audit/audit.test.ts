import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuditLog, AuditVerification } from "@sre/contracts/control-plane";
import { testDatabases } from "@sre/testkit";
import type { Tx } from "../migrations/tables.ts";
import { openHarness, type Caller, type Harness } from "../testing/harness.ts";
import { newCheckpointKey } from "./checkpoints.ts";
import { sealAudit, writeCheckpoints } from "./seal-audit.ts";
import { checkpointsOfFile, verifyAudit } from "./verify-audit.ts";

const rounds = 40;

/** Numbers below `max` from a seed (mulberry32). */
function numbersFrom(seed: number): (max: number) => number {
  let state = seed;
  return (max) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % max;
  };
}

class RolledBack extends Error {}

describe.each(testDatabases)("the audit log on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  const directory = mkdtempSync(join(tmpdir(), "audit-test-"));
  const file = join(directory, "checkpoints.jsonl");

  beforeAll(async () => {
    const key = join(directory, "key.pem");
    writeFileSync(key, newCheckpointKey());
    harness = await openHarness(database, { env: { AUDIT_SIGNING_KEY_FILE: key, AUDIT_CHECKPOINT_FILE: file } });
    call = await harness.as();
    for (let number = 0; number < 20; number++) await open(`Incident ${number}`);
    await settle();
  });
  afterAll(async () => {
    await harness[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true });
  });

  const app = () => harness.controlPlane.app;
  const keys = () => app().proof.keys!.publicKeys;
  const open = (title: string) => call("/api/v1/incidents", { body: { title, severity: "info" } });
  const verification = async (after = 0) => (await call(`/api/v1/audit-logs/verification?after=${after}`)).body as AuditVerification;
  const sealed = async () =>
    Number((await app().database.kysely.selectFrom("audit_head").select("position").executeTakeFirstOrThrow()).position);
  /** Everything is sealed, signed and written outside. */
  async function settle(): Promise<void> {
    while ((await sealAudit(app(), app().proof, { signNow: true })) > 0) continue;
    await writeCheckpoints(app(), app().proof);
  }

  /** Does to the tables what their owner can do, looks, and takes it back. */
  async function tampered(work: (tx: Tx) => Promise<unknown>): Promise<Awaited<ReturnType<typeof verifyAudit>>> {
    let found: Awaited<ReturnType<typeof verifyAudit>> | null = null;
    const undone = app().database.transaction(async (tx) => {
      await sql`alter table audit_logs disable trigger user`.execute(tx);
      await work(tx);
      found = await verifyAudit(tx, { keys: keys(), checkpoints: checkpointsOfFile(file) });
      throw new RolledBack("as it was");
    });
    await expect(undone).rejects.toThrow(RolledBack);
    return found!;
  }

  test("is as it was sealed, and says so", async () => {
    const found = await verification();
    expect(found).toMatchObject({ complete: true, finding: null });
    expect(found.verified_to).toBeGreaterThanOrEqual(20);
    expect(found.checkpoints).toBeGreaterThanOrEqual(1);
    expect(await verification(found.verified_to - 3)).toMatchObject({ verified_to: found.verified_to, finding: null });
    expect(await verification(1_000_000)).toMatchObject({ finding: { kind: "missing", position: 1_000_000 } });
  });

  test("names who acted by what identifies them", async () => {
    const { items } = (await call("/api/v1/audit-logs?limit=1")).body as { items: AuditLog[] };
    expect(items[0]).toMatchObject({ actor: "oncall", actor_subject: "oncall", actor_kind: "person" });
  });

  test.each([
    ["edited", sql`update audit_logs set actor = 'Eve' where position = 3`],
    ["edited before it is sealed with another seal", sql`update audit_logs set seal = repeat('1', 64) where position = 3`],
    [
      "sealed a second time",
      sql`update audit_logs set seal = null, position = null, prev_hash = null, sealed_at = null where position = 3`,
    ],
    ["deleted", sql`delete from audit_logs where position = 3`],
    ["emptied", sql`truncate audit_logs`],
    [
      "added as sealed already",
      sql`insert into audit_logs (team_id, id, at, actor, actor_kind, action, subject_kind, subject, outcome, detail, trace_id, content_hash, seal)
        select team_id, gen_random_uuid(), at, actor, actor_kind, action, subject_kind, subject, outcome, detail, trace_id, content_hash, seal from audit_logs where position = 3`,
    ],
  ])("has rows that cannot be %s", async (_, statement) => {
    await expect(statement.execute(app().database.kysely)).rejects.toThrow("audit_logs can only be added to");
    expect((await verification()).finding).toBeNull();
  });

  test("gives a row its seal only when nothing else of it changes", async () => {
    await open("To be sealed");
    const sealWith = (change: ReturnType<typeof sql>) =>
      app().database.transaction(async (tx) => {
        await sql`select 1 from audit_head for update`.execute(tx);
        await sql`update audit_logs set position = 1000000, seal = 'x', prev_hash = 'x', sealed_at = now()${change} where seal is null`.execute(
          tx,
        );
        throw new RolledBack("as it was");
      });
    await expect(sealWith(sql`, actor = 'Eve'`)).rejects.toThrow("audit_logs can only be added to");
    await settle();
  });

  test(`shows each of ${rounds} random tamperings with the table, and where`, async () => {
    const below = numbersFrom(6);
    const count = await sealed();
    for (let round = 0; round < rounds; round++) {
      const position = 1 + below(count - 1);
      const other = position + 1 + below(count - position);
      const ways: [string, (tx: Tx) => Promise<unknown>][] = [
        ["edit", (tx) => sql`update audit_logs set subject = subject || '!' where position = ${position}`.execute(tx)],
        ["delete", (tx) => sql`delete from audit_logs where position = ${position}`.execute(tx)],
        ["truncate", (tx) => sql`delete from audit_logs where position >= ${position}`.execute(tx)],
        [
          "reorder",
          async (tx) => {
            await sql`update audit_logs set position = -1 where position = ${position}`.execute(tx);
            await sql`update audit_logs set position = ${position} where position = ${other}`.execute(tx);
            await sql`update audit_logs set position = ${other} where position = -1`.execute(tx);
          },
        ],
        [
          "insert",
          async (tx) => {
            await sql`update audit_logs set position = -position - 1 where position >= ${position}`.execute(tx);
            await sql`update audit_logs set position = -position where position < 0`.execute(tx);
            await sql`insert into audit_logs (team_id, id, at, actor, actor_kind, action, subject_kind, subject, outcome, detail, trace_id, content_hash, position, prev_hash, seal, sealed_at)
              select team_id, gen_random_uuid(), at, 'Eve', actor_kind, action, subject_kind, subject, outcome, detail, trace_id, content_hash, ${position}::bigint, prev_hash, seal, sealed_at
              from audit_logs where position = ${position + 1}`.execute(tx);
          },
        ],
      ];
      const [way, work] = ways[below(ways.length)]!;
      const { finding, verifiedTo } = await tampered(work);
      expect({ way, at: finding?.position, verifiedTo }).toEqual({ way, at: position, verifiedTo: position - 1 });
    }
  });

  test("shows a tail that was cut off with every trace of it in the database", async () => {
    const count = await sealed();
    const found = await tampered(async (tx) => {
      await sql`delete from audit_logs where position > ${count - 5}`.execute(tx);
      await sql`delete from audit_checkpoints where position > ${count - 5}`.execute(tx);
      await sql`update audit_head set (position, seal) = (select position, seal from audit_logs where position = ${count - 5})`.execute(tx);
    });
    expect(found.finding).toMatchObject({ kind: "truncated", position: count - 4 });
  });

  test("shows an edit of a row that is not sealed yet", async () => {
    const found = await tampered(async (tx) => {
      await sql`insert into audit_logs (team_id, id, at, actor, actor_kind, action, subject_kind, subject, outcome, detail, trace_id, content_hash)
        select team_id, gen_random_uuid(), at, 'Eve', actor_kind, action, subject_kind, subject, outcome, detail, trace_id, content_hash from audit_logs where position = 1`.execute(
        tx,
      );
    });
    expect(found).toMatchObject({ finding: { kind: "edited", position: null } });
  });

  test("is sealed once however many seal at the same time", async () => {
    await Promise.all(Array.from({ length: 5 }, (_, number) => open(`Together ${number}`)));
    await Promise.all(Array.from({ length: 4 }, () => sealAudit(app(), app().proof, { signNow: true })));
    await Promise.all(Array.from({ length: 3 }, () => writeCheckpoints(app(), app().proof)));
    expect(await verification()).toMatchObject({ unsealed: 0, finding: null, verified_to: await sealed() });
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect(new Set(lines).size).toBe(lines.length);
  });

  test.skipIf(database.name === "embedded")("leaves no row out whose transaction began earlier and committed later", async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const insert = (tx: Tx) =>
      sql`insert into audit_logs (team_id, id, at, actor, actor_kind, action, subject_kind, subject, outcome, detail, trace_id, content_hash)
        select team_id, gen_random_uuid(), at, actor, actor_kind, action, subject_kind, subject, outcome, detail, trace_id, 'slow' from audit_logs where position = 1`.execute(
        tx,
      );
    const slow = app().database.transaction(async (tx) => {
      await insert(tx);
      begun.resolve();
      await gate.promise;
    });
    await begun.promise;
    await open("Faster");
    await settle();
    gate.resolve();
    await slow;
    await settle();
    const late = await app()
      .database.kysely.selectFrom("audit_logs")
      .selectAll()
      .where("content_hash", "=", "slow")
      .executeTakeFirstOrThrow();
    const before = await app()
      .database.kysely.selectFrom("audit_logs")
      .selectAll()
      .where("position", "=", String(Number(late.position) - 1))
      .executeTakeFirstOrThrow();
    expect(Number(late.sequence)).toBeLessThan(Number(before.sequence));
    expect(await verification()).toMatchObject({ finding: { kind: "edited", position: Number(late.position), id: late.id } });
  });

  test("refuses the action when it cannot be written to", async () => {
    const count = async () => (await app().database.kysely.selectFrom("incidents").select("id").execute()).length;
    const before = await count();
    await sql`alter table audit_logs rename to audit_logs_away`.execute(app().database.kysely);
    try {
      expect((await open("Unseen")).status).toBe(500);
    } finally {
      await sql`alter table audit_logs_away rename to audit_logs`.execute(app().database.kysely);
    }
    expect(await count()).toBe(before);
    expect((await open("Seen")).status).toBe(201);
  });
});
