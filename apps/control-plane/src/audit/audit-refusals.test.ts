import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anonymous, type Principal, type Refusal } from "@sre/service-kit";
import { testDatabases } from "@sre/testkit";
import { allScopes, openHarness, type Harness } from "../testing/harness.ts";
import { auditRefusals } from "./audit-refusals.ts";

describe.each(testDatabases)("refusals on $name", (database) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness(database);
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  const app = () => harness.controlPlane.app;
  const written = (actor: string) =>
    app().database.kysely.selectFrom("audit_logs").selectAll().where("action", "=", "access.refuse").where("actor", "=", actor).execute();
  const refused = (subject: string): Refusal => {
    const principal: Principal = { ...anonymous, kind: "person", subject, name: "crowd" };
    const at = new Date("2026-11-24T10:00:00Z");
    return { principal, status: 403, code: "forbidden", method: "GET", route: "/api/v1/incidents", traceId: "0".repeat(32), at };
  };

  test("are written once for each caller, operation and reason, with who it was and how often", async () => {
    const without = await harness.as({ subject: "curious", scopes: allScopes.filter((scope) => scope !== "audit:read") });
    for (let number = 0; number < 3; number++) expect((await without("/api/v1/audit-logs")).status).toBe(403);
    expect((await without("/api/v1/incidents")).status).toBe(200);
    for (const path of ["/api/v1/incidents", "/api/v1/alerts"]) expect((await harness.anonymous(path)).status).toBe(401);
    await harness.restart();
    expect(await written("curious")).toMatchObject([
      {
        subject: "GET /api/v1/audit-logs",
        actor_subject: "curious",
        outcome: "refused",
        detail: { code: "forbidden", status: 403, count: 3 },
      },
    ]);
    expect(await written("anonymous")).toMatchObject([{ subject: "any", actor_subject: "anonymous", detail: { status: 401, count: 2 } }]);
  });

  test("fill no more than 51 rows however many callers are refused, and none is left uncounted", async () => {
    await using refusals = auditRefusals(app());
    for (let number = 0; number < 500; number++) refusals.note(refused(`caller-${number}`));
    await refusals.flush();
    const others = (await written("anonymous")).filter(({ subject }) => subject === "others");
    expect(await written("crowd")).toHaveLength(50);
    expect(others).toMatchObject([{ detail: { count: 450 } }]);
  });

  test("are kept while they cannot be written", async () => {
    await using refusals = auditRefusals(app());
    const { kysely } = app().database;
    refusals.note(refused("patient"));
    await sql`alter table audit_logs rename to audit_logs_away`.execute(kysely);
    await refusals.flush();
    await sql`alter table audit_logs_away rename to audit_logs`.execute(kysely);
    await refusals.flush();
    expect((await written("crowd")).filter((row) => row.actor_subject === "patient")).toMatchObject([{ detail: { count: 1 } }]);
  });
});
