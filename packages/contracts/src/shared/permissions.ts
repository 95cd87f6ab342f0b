import type { Operations } from "./operation.ts";
import type { Permission } from "./roles.ts";

type Only<Column extends keyof Permission> = Pick<Permission, Column> & { readonly [Other in Exclude<keyof Permission, Column>]?: never };

/** A row for every operation that asks who calls: a sender's key opens those for senders and no other, and nothing else opens them. */
export type Permissions<Ops extends Operations> = {
  readonly [Name in keyof Ops as Ops[Name]["authentication"] extends "public" ? never : Name]: Ops[Name]["authentication"] extends "ingest"
    ? Only<"ingest-key">
    : Only<Exclude<keyof Permission, "ingest-key">>;
};

/** Binds each operation to its row; one without a row does not compile, and is refused to all if it is made to. */
export function withPermissions<const Ops extends Operations>(operations: Ops, permissions: Permissions<Ops>): Ops {
  const rows = permissions as Readonly<Record<string, Permission>>;
  const bound = Object.entries(operations).map(([name, operation]) => {
    const permission = Object.hasOwn(rows, name) ? rows[name] : undefined;
    return [name, permission === undefined ? operation : { ...operation, permission }] as const;
  });
  // The same names with the same rows, each with its permission beside it.
  return Object.fromEntries(bound) as unknown as Ops;
}
