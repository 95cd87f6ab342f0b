import { AsyncLocalStorage } from "node:async_hooks";

interface OpenTransaction {
  readonly engine: object;
  readonly committed: (() => void)[];
  /** Work that was started inside and outlives the transaction is outside again. */
  ended: boolean;
}

const scope = new AsyncLocalStorage<OpenTransaction>();

/** A query was sent beside the transaction in which its caller is: it would not see the transaction's rows, and would wait for it for ever on an embedded database. */
export class OutsideTransaction extends Error {
  constructor() {
    super("A query was sent outside the transaction that its caller is in: use the tx that transaction() hands over.");
    this.name = "OutsideTransaction";
  }
}

function openTransaction(engine: object): OpenTransaction | null {
  const open = scope.getStore();
  return open?.engine === engine && !open.ended ? open : null;
}

/** Throws OutsideTransaction while the caller is inside a transaction of `engine`. */
export function requireOutsideTransaction(engine: object): void {
  if (openTransaction(engine)) throw new OutsideTransaction();
}

/** Runs `callback` once the caller's transaction has committed, never if it rolls back; at once outside a transaction. */
export function afterCommit(engine: object, callback: () => void): void {
  const open = openTransaction(engine);
  if (open) open.committed.push(callback);
  else callback();
}

/** Marks `work` as inside a transaction of `engine`; `begin` opens the transaction and must run `inside` within it. */
export async function inTransactionScope<T>(
  engine: object,
  begin: (inside: <R>(work: () => Promise<R>) => Promise<R>) => Promise<T>,
): Promise<T> {
  const open: OpenTransaction = { engine, committed: [], ended: false };
  try {
    const result = await begin((work) => scope.run(open, work));
    for (const callback of open.committed) callback();
    return result;
  } finally {
    open.ended = true;
  }
}
