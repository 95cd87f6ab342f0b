import { reachOf, roles, TeamId, teamHeader, type Operation, type Operations, type Permission, type Role } from "@sre/contracts/shared";
import { admit, defaultTeamId, RuleBroken, type Principal } from "@sre/service-kit";
import { quietLog } from "./contexts.ts";

/** Whom the reviewed table speaks of: a caller without any role, and one of each role. */
export const principalNames = ["no-role", ...roles] as const;
export type PrincipalName = (typeof principalNames)[number];

/** `no`: refused; `own`: admitted in its team; `all`: admitted in any team that it names. */
type Expected = "no" | "own" | "all";

/** What a reviewer wrote of one operation. */
export interface ExpectedRow {
  readonly operation: string;
  readonly credential: "token" | "ingest" | "none";
  readonly by: Readonly<Record<PrincipalName, Expected>>;
}

const header = ["operation", "credential", ...principalNames].join(",");
const isCredential = (text: string | undefined): text is ExpectedRow["credential"] => ["token", "ingest", "none"].includes(text ?? "");
const isExpected = (text: string | undefined): text is Expected => ["no", "own", "all"].includes(text ?? "");

/** Reads a reviewed table. Throws on anything that is not exactly one cell for each principal and one row for each operation. */
export function readPermissionsCsv(text: string): ExpectedRow[] {
  const [first, ...lines] = text.trimEnd().split("\n");
  if (first !== header) throw new Error(`The first line must be ${header}`);
  const rows = lines.map((line): ExpectedRow => {
    const [operation = "", credential, ...cells] = line.split(",");
    if (!isCredential(credential) || cells.length !== principalNames.length || !cells.every(isExpected))
      throw new Error(`Not a row: ${line}`);
    const by = Object.fromEntries(principalNames.map((name, at) => [name, cells[at]])) as Record<PrincipalName, Expected>;
    return { operation, credential, by };
  });
  if (new Set(rows.map(({ operation }) => operation)).size !== rows.length) throw new Error("An operation stands twice.");
  return rows;
}

const otherTeam = TeamId.parse("00000000-0000-7000-8000-0000000000fe");

function principalOf(name: PrincipalName, operation: Operation): Principal {
  const held: ReadonlySet<Role> = new Set(name === "no-role" ? [] : [name]);
  const scopes = new Set(operation.scope === null ? [] : [operation.scope]);
  return { kind: "person", subject: name, name, teamId: defaultTeamId, scopes, roles: held };
}

/** What the guard itself says to one principal, which proves itself by the credential that its name implies. */
async function guardSays(operation: Operation, name: PrincipalName): Promise<Expected> {
  const principal = principalOf(name, operation);
  const refuse = async (): Promise<Principal> => {
    throw new RuleBroken("invalid_token", "Another credential is needed here.");
  };
  const known = async () => principal;
  const authenticate = name === "ingest-key" ? { principal: refuse, ingest: known } : { principal: known, ingest: refuse };
  const { method, path } = operation;
  const admitted = async (headers: Record<string, string>): Promise<boolean> => {
    const request = {
      method, path, headers, cookies: {}, origin: null, address: "", bearer: "x", traceId: "t", at: new Date(0), log: quietLog,
      signal: new AbortController().signal,
    }; // prettier-ignore
    return admit(operation, authenticate, () => request).then(
      () => true,
      (error: unknown) => {
        if (error instanceof RuleBroken) return false;
        throw error;
      },
    );
  };
  if (!(await admitted({}))) return "no";
  return operation.authentication !== "public" && (await admitted({ [teamHeader]: otherTeam })) ? "all" : "own";
}

async function disagreementsOn(operation: Operation, row: ExpectedRow): Promise<string[]> {
  const found: string[] = [];
  if ((row.credential === "none") !== (operation.authentication === "public")) found.push(`${row.operation}: credential`);
  for (const name of principalNames) {
    const said = await guardSays(operation, name);
    if (said !== row.by[name]) found.push(`${row.operation}, ${name}: the guard says ${said}, the reviewed table ${row.by[name]}`);
  }
  return found;
}

/** Where guards and reviewed table differ, and operations that only one of them knows. */
export async function disagreements(operations: Operations, rows: readonly ExpectedRow[]): Promise<string[]> {
  const reviewed = new Map(rows.map((row) => [row.operation, row]));
  const unknown = rows
    .filter(({ operation }) => !Object.hasOwn(operations, operation))
    .map(({ operation }) => `${operation}: no such operation`);
  const compared = Object.entries(operations).map(async ([name, operation]) => {
    const row = reviewed.get(name);
    return row === undefined ? [`${name}: not reviewed`] : disagreementsOn(operation, row);
  });
  return [...unknown, ...(await Promise.all(compared)).flat()];
}

/** Every way in which one row can be wrong by one cell, by its absence, or by its operation asking nobody who it is. */
function mutantsOf(operation: Operation): { readonly change: string; readonly operation: Operation }[] {
  const { permission, ...bare } = operation;
  if (operation.authentication === "public" || permission === undefined) return [];
  const open: Operation = { ...operation, authentication: "public", scope: null };
  const columns: readonly (keyof Permission)[] = ["everyone", ...roles];
  const flips = columns.flatMap((column) =>
    ([undefined, "own", "all"] as const)
      .filter((reach) => reach !== permission[column])
      .map((reach) => ({
        change: `${column} becomes ${reach ?? "no"}`,
        operation: { ...operation, permission: { ...permission, [column]: reach } } as Operation,
      })),
  );
  // Who has not the credential that an operation takes is refused before its row is read; the row's type forbids such a cell.
  const mayAsk = principalNames.filter((name) => (name === "ingest-key") === (operation.authentication === "ingest"));
  const reaches = ({ operation: mutant }: { operation: Operation }) =>
    mayAsk.some((name) => {
      const held: ReadonlySet<Role> = new Set(name === "no-role" ? [] : [name]);
      return reachOf(mutant.permission, held) !== reachOf(permission, held);
    });
  return [{ change: "the row is removed", operation: bare }, { change: "it becomes public", operation: open }, ...flips.filter(reaches)];
}

/** Mutants of the table that the reviewed one does not notice, out of how many: none may survive. */
export async function survivingMutants(
  operations: Operations,
  rows: readonly ExpectedRow[],
): Promise<{ readonly survivors: string[]; readonly mutants: number }> {
  const reviewed = new Map(rows.map((row) => [row.operation, row]));
  const survivors: string[] = [];
  let mutants = 0;
  for (const [name, operation] of Object.entries(operations)) {
    const row = reviewed.get(name);
    for (const mutant of mutantsOf(operation)) {
      mutants++;
      if (row === undefined || (await disagreementsOn(mutant.operation, row)).length === 0) survivors.push(`${name}: ${mutant.change}`);
    }
  }
  return { survivors, mutants };
}
