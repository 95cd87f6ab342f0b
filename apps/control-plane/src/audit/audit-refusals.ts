import { anonymous, defaultTeamId, type CallContext, type Refusal } from "@sre/service-kit";
import type { App } from "../app.ts";
import { recordAudit, type AuditEntry } from "./record-audit.ts";

/** Refusals are counted and written once in this time, so that being refused is no way to fill the disk. */
const everyMs = 60_000;
/** Rows of one writing; what is refused beyond them is one more row. */
const rowsMax = 50;

interface Counted {
  readonly first: Refusal;
  readonly subject: string;
  last: Date;
  count: number;
}

export interface Refusals extends AsyncDisposable {
  /** Counts a refusal; it neither waits nor throws. */
  note(refusal: Refusal): void;
  /** Writes what was counted. What cannot be written is counted on. */
  flush(): Promise<void>;
}

/** Whoever nobody knows could name as many operations as they like: they are told apart by the kind of refusal only. */
function keyOf({ principal, code, method, route }: Refusal): { key: string; subject: string } {
  if (principal === null || principal.kind === "anonymous") return { key: JSON.stringify([code]), subject: "any" };
  const subject = `${method} ${route}`;
  return { key: JSON.stringify([principal.kind, principal.subject, principal.teamId, code, subject]), subject };
}

function add(counted: Map<string, Counted>, key: string, { first, subject, last, count }: Counted): void {
  const known = counted.get(key);
  if (known) {
    known.count += count;
    known.last = last;
    return;
  }
  if (counted.size < rowsMax || key === "others") counted.set(key, { first, subject, last, count });
  else add(counted, "others", { first: { ...first, principal: null }, subject: "others", last, count });
}

function entryOf(app: App, { first, subject, last, count }: Counted): { ctx: CallContext; entry: AuditEntry } {
  const principal = first.principal ?? anonymous;
  const teamId = principal.teamId ?? defaultTeamId;
  const ctx = { teamId, principal, traceId: first.traceId, at: first.at, log: app.log, signal: new AbortController().signal };
  const detail = { code: first.code, status: first.status, count, last_at: last.toISOString() };
  return { ctx, entry: { id: app.newId(), action: "access.refuse", subjectKind: "operation", subject, outcome: "refused", detail } };
}

/** Writes down who was refused what: one row a minute for each caller, operation and reason, with how often. */
export function auditRefusals(app: App): Refusals {
  let counted = new Map<string, Counted>();
  const flush = async () => {
    const writing = counted;
    counted = new Map();
    if (writing.size === 0) return;
    try {
      await app.database.transaction(async (tx) => {
        for (const one of writing.values()) {
          const { ctx, entry } = entryOf(app, one);
          await recordAudit(tx, ctx, entry);
        }
      });
    } catch (error) {
      for (const [key, one] of writing) add(counted, key, one);
      app.log.warn({ err: error }, "refusals could not be written to the audit log");
    }
  };
  const timer = setInterval(() => void flush(), everyMs);
  timer.unref();
  return {
    note(refusal) {
      const { key, subject } = keyOf(refusal);
      add(counted, key, { first: refusal, subject, last: refusal.at, count: 1 });
    },
    flush,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await flush();
    },
  };
}
