import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuditLog } from "@sre/contracts/control-plane";
import { defaultTeamId, systemContext } from "@sre/service-kit";
import { testDatabases } from "@sre/testkit";
import { openHarness, type Caller, type Harness } from "../testing/harness.ts";
import { csvCell } from "./export-audit-logs.ts";
import { recordAudit } from "./record-audit.ts";

test.each([
  ["=1+1", "'=1+1"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\tx", "'\tx"],
  ["\r=x", `"'\r=x"`],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ["a,b", '"a,b"'],
  ["a\nb", '"a\nb"'],
  ["plain = text", "plain = text"],
  [-5, "-5"],
  [null, ""],
  [{ a: 1 }, '"{""a"":1}"'],
])("the cell of %j is %j", (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});

describe.each(testDatabases)("exports of the audit log on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  const count = 1_200;
  beforeAll(async () => {
    harness = await openHarness(database);
    call = await harness.as({ subject: "=cmd" });
    const { app } = harness.controlPlane;
    const ctx = systemContext({
      teamId: defaultTeamId,
      traceId: "0".repeat(32),
      at: app.clock.now(),
      log: app.log,
      name: "test",
      scopes: [],
    });
    const entries = Array.from({ length: count }, () => ({ id: app.newId(), action: "test.many", subjectKind: "test", subject: "x" }));
    await app.database.transaction((tx) => recordAudit(tx, ctx, entries));
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  const linesOf = async (path: string) => {
    const reply = await fetch(`${harness.url}${path}`, {
      headers: { authorization: `Bearer ${await harness.token({ subject: "=cmd" })}` },
    });
    return (await reply.text()).trimEnd().split(/\r?\n/);
  };

  test("hold each row once, the newest first, over several pages, and themselves", async () => {
    const lines = await linesOf("/api/v1/audit-logs/export.jsonl");
    const rows = lines.map((line) => JSON.parse(line) as AuditLog);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    expect(rows.filter(({ action }) => action === "test.many")).toHaveLength(count);
    expect(rows.map(({ at }) => at)).toEqual(
      rows
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
    expect(rows.find(({ action }) => action === "audit.export")).toMatchObject({ actor_subject: "=cmd", subject: "jsonl" });
  });

  test("are a file for a spreadsheet whose cells are no formulas", async () => {
    const reply = await call("/api/v1/audit-logs/export.csv?actor=%3Dcmd");
    expect(reply.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(reply.headers.get("content-disposition")).toContain("audit-logs.csv");
    const [header, first] = reply.text.split("\r\n");
    expect(header).toMatch(/^at,actor,actor_subject,/);
    expect(first).toContain(",'=cmd,'=cmd,person,audit.export,");
  });

  test("hold what the filter finds and nothing else", async () => {
    expect(await linesOf("/api/v1/audit-logs/export.csv?actor=nobody")).toHaveLength(1);
  });
});
