import type { TeamId } from "@sre/contracts/shared";
import type { Tx } from "../migrations/tables.ts";
import type { IncomingAlert } from "./incoming-alert.ts";
import { findLatest, type AlertRow } from "./store.ts";

type Start = { readonly fingerprint: string; readonly startsAt: Date };

const overSince = (alert: IncomingAlert, endsAt: Date): IncomingAlert => ({ ...alert, status: "resolved", endsAt });

function alertOf(row: AlertRow): IncomingAlert {
  const { fingerprint, name, severity, opens_incident: opensIncident, labels, annotations, status, starts_at: startsAt } = row;
  return { fingerprint, name, severity, opensIncident, labels, annotations, status, startsAt, endsAt: row.ends_at };
}

function newestOf(starts: readonly Start[]): Map<string, Date> {
  const newest = new Map<string, Date>();
  for (const { fingerprint, startsAt } of starts) {
    const before = newest.get(fingerprint);
    if (before === undefined || before < startsAt) newest.set(fingerprint, startsAt);
  }
  return newest;
}

/**
 * One set of labels fires once at a time: alerts with an older start than the newest of their fingerprint are over since that
 * one began. Gives what is to be stored: a late firing message of an older start as its end, or nothing where its end is
 * stored, and beside what was delivered the ends of what fired until now.
 */
export async function onlyNewestFires(
  tx: Tx,
  teamId: TeamId,
  { integration, alerts }: { readonly integration: string; readonly alerts: readonly IncomingAlert[] },
): Promise<IncomingAlert[]> {
  const fingerprints = [...new Set(alerts.map(({ fingerprint }) => fingerprint))];
  const stored = (await findLatest(tx, teamId, { integration, fingerprints })).map(alertOf);
  const newest = newestOf([...stored, ...alerts]);
  const older = (alert: IncomingAlert): Date | null => {
    const start = newest.get(alert.fingerprint);
    return alert.status === "firing" && start !== undefined && alert.startsAt < start ? start : null;
  };
  const identity = ({ fingerprint, startsAt }: Start) => `${fingerprint} ${startsAt.getTime()}`;
  const over = new Set(stored.filter(({ status }) => status === "resolved").map(identity));
  const delivered = new Set(alerts.map(identity));
  const kept = alerts.flatMap((alert) => {
    const since = older(alert);
    if (since === null) return [alert];
    return over.has(identity(alert)) ? [] : [overSince(alert, since)];
  });
  const ended = stored
    .filter((alert) => !delivered.has(identity(alert)))
    .flatMap((alert) => {
      const since = older(alert);
      return since === null ? [] : [overSince(alert, since)];
    });
  return [...kept, ...ended];
}
