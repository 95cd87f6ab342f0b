import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mutantsFor } from "./mutation/mutants.ts";
import { root } from "./processes.ts";

/*
 * Each query names the team whose rows it reads or changes. Tests that run queries meet objects of one team mostly; so the sources
 * themselves are read: a chain that begins at a table with a team, and every SQL text about one, has to say `team_id`.
 */

/** Queries over all teams, or over rows that a secret names: how many of which table in which file. */
const overAllTeams: Readonly<Record<string, number>> = {
  // The job that looks for silent senders serves every team too.
  "apps/control-plane/src/watchdogs/store.ts watchdogs": 1,
  // Jobs that serve every team: quiet incidents, alerts that nothing holds any more, notifications that wait, sessions that nobody runs.
  "apps/control-plane/src/incidents/store.ts incidents": 1,
  "apps/control-plane/src/noise/store.ts alerts": 1,
  "apps/control-plane/src/notifications/store.ts notifications": 1,
  "apps/assistant/src/sessions/store.ts sessions": 2,
  "apps/assistant/src/sessions/evidence-store.ts sessions": 1,
  // Found by the hash of a secret, before anybody's team is known.
  "apps/control-plane/src/people/store.ts sign_ins": 2,
  "apps/control-plane/src/people/store.ts signed_in_sessions": 3,
  // What is old is forgotten for every team.
  "apps/control-plane/src/events/store.ts events": 1,
  "apps/assistant/src/tools/store.ts source_calls": 1,
  // One chain goes through the rows of all teams.
  "apps/control-plane/src/audit/chain-store.ts audit_logs": 3,
};

const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Tables whose rows belong to a team, by the interfaces of `migrations/tables.ts`. */
function teamTables(app: string): string[] {
  const text = read(`apps/${app}/src/migrations/tables.ts`);
  const owned = [...text.matchAll(/interface (\w+)( extends Owned)?/g)].filter(([, , isOwned]) => isOwned).map(([, name]) => name);
  return [...text.matchAll(/^ {2}(\w+): (\w+);/gm)].filter(([, , type]) => owned.includes(type)).map(([, table]) => table ?? "");
}

interface Query {
  readonly kind: "chain" | "sql";
  readonly table: string;
  readonly text: string;
}

/** Where a chain of calls ends: at the end of its statement, argument or element. */
function endOfChain(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? "";
    if ("([{".includes(character)) depth++;
    if (")]}".includes(character) && --depth < 0) return at;
    if (depth === 0 && (character === ";" || character === ",")) return at;
  }
  return text.length;
}

/** Each chain that begins at a table, without the chains inside it. */
function chainsIn(text: string): Query[] {
  const starts = [...text.matchAll(/\.(?:selectFrom|updateTable|deleteFrom)\("(\w+)/g)];
  const chains = starts.map((match) => ({ table: match[1] ?? "", from: match.index, to: endOfChain(text, match.index) }));
  return chains.map(({ table, from, to }) => {
    const inner = chains.filter((other) => other.from > from && other.to <= to);
    const own = text
      .slice(from, to)
      .split("")
      .filter((_, i) => !inner.some((other) => from + i >= other.from && from + i < other.to));
    return { kind: "chain", table, text: own.join("") };
  });
}

function statementsIn(text: string, tables: readonly string[]): Query[] {
  return [...text.matchAll(/sql(?:<[^`]*>)?`([^`]*)`/g)].flatMap(([, statement = ""]) =>
    tables
      .filter((table) => new RegExp(`\\b(?:from|join|update|into)\\s+${table}\\b`).test(statement))
      .map((table) => ({ kind: "sql" as const, table, text: statement })),
  );
}

// Compared with the caller's team; that two joined tables are of one team says not which.
const namesTeam = ({ kind, text }: Query): boolean => (kind === "sql" ? /team_id/ : /"(?:\w+\.)?team_id",\s*"=",\s*[a-zA-Z]/).test(text);

const sourcesOf = (app: string): string[] =>
  globSync(`apps/${app}/src/**/*.ts`, { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !/test|migrations/.test(path));

/** How many queries of a source name no team, by file and table. */
function withoutTeam(file: string, text: string, tables: readonly string[]): Record<string, number> {
  const queries = [...chainsIn(text).filter(({ table }) => tables.includes(table)), ...statementsIn(text, tables)];
  const found = queries.filter((query) => !namesTeam(query)).map(({ table }) => `${file} ${table}`);
  return Object.fromEntries([...Map.groupBy(found, (key) => key)].map(([key, all]) => [key, all.length]));
}

describe("the team in each query", () => {
  test("is asked for wherever rows belong to a team, but for those that are named here", () => {
    const found = ["control-plane", "assistant"].flatMap((app) =>
      sourcesOf(app).flatMap((file) => Object.entries(withoutTeam(file, read(file), teamTables(app)))),
    );
    expect(Object.fromEntries(found)).toEqual(overAllTeams);
  });

  test("cannot be left out of any one unnoticed", () => {
    const mutants = mutantsFor("teams");
    const unnoticed = mutants.filter(({ file, start, end }) => {
      const [text, tables] = [read(file), teamTables(file.split("/")[1] ?? "")];
      const mutated = text.slice(0, start) + text.slice(end);
      return JSON.stringify(withoutTeam(file, mutated, tables)) === JSON.stringify(withoutTeam(file, text, tables));
    });
    expect(mutants.length).toBeGreaterThan(50);
    expect(unnoticed.map(({ file, line }) => `${file}:${line}`)).toEqual([]);
  });

  test("is looked for in every kind of query", () => {
    const text = 'a.selectFrom("alerts").where("id", "in", b.selectFrom("x").where("team_id", "=", t)); sql`select 1 from alerts`';
    expect(chainsIn(text).map(({ text: own }) => own.includes("team_id"))).toEqual([false, true]);
    expect(statementsIn(text, ["alerts"])).toEqual([{ kind: "sql", table: "alerts", text: "select 1 from alerts" }]);
    expect(teamTables("control-plane").length).toBeGreaterThan(20);
  });
});
