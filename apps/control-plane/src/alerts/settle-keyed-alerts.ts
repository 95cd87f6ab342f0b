import type { Tx } from "../migrations/tables.ts";
import type { TeamId } from "@sre/contracts/shared";
import type { AlertContent, IncomingAlert, KeyedAlert } from "./incoming-alert.ts";
import { findFiring, findLastEnds, type AlertRow } from "./store.ts";

function contentOfRow({ name, severity, opens_incident: opensIncident, labels, annotations }: AlertRow): AlertContent {
  return { name, severity, opensIncident, labels, annotations };
}

interface Known {
  readonly open: AlertRow | undefined;
  readonly lastEnd: Date | undefined;
}

/** Whether what is stored is newer than the message. */
function isOvertaken({ changedAt }: KeyedAlert, { open, lastEnd }: Known): boolean {
  if (changedAt === undefined) return false;
  return open === undefined ? lastEnd !== undefined && changedAt <= lastEnd : changedAt < open.starts_at;
}

/** An end that overtook its begin is kept as an alert that is over, so that the begin is known to be late when it comes. */
function endedBefore({ fingerprint, content, changedAt }: KeyedAlert): IncomingAlert | null {
  return changedAt && content ? { ...content, fingerprint, startsAt: changedAt, endsAt: changedAt, status: "resolved" } : null;
}

function settled(keyed: KeyedAlert, known: Known, at: Date): IncomingAlert | null {
  const { fingerprint, status } = keyed;
  const { open } = known;
  if (isOvertaken(keyed, known)) return null;
  if (status === "firing") {
    if (keyed.content === null) return null;
    return { ...keyed.content, fingerprint, startsAt: open?.starts_at ?? keyed.startsAt, endsAt: null, status };
  }
  if (status === "acknowledged") return null;
  if (open === undefined) return endedBefore(keyed);
  const over = keyed.changedAt ?? at;
  const endsAt = over < open.starts_at ? open.starts_at : over;
  return { ...contentOfRow(open), fingerprint, startsAt: open.starts_at, endsAt, status };
}

/**
 * Which alerts messages with a key speak of: a firing one updates the alert of its key that fires, or begins another; a
 * resolving one ends it. Where none fires there is nothing to resolve: a resolve that overtook its trigger is forgotten, so
 * that firing wins, unless times tell their order. Beside come the incidents of what was acknowledged, by fingerprint.
 */
export async function settleKeyedAlerts(
  tx: Tx,
  teamId: TeamId,
  input: { readonly integration: string; readonly keyed: readonly KeyedAlert[]; readonly at: Date },
): Promise<{ alerts: IncomingAlert[]; acknowledged: Map<string, string> }> {
  const { integration, keyed, at } = input;
  if (keyed.length === 0) return { alerts: [], acknowledged: new Map() };
  const fingerprints = [...new Set(keyed.map(({ fingerprint }) => fingerprint))];
  const open = new Map((await findFiring(tx, teamId, { integration, fingerprints })).map((row) => [row.fingerprint, row]));
  const ordered = keyed.flatMap(({ changedAt, fingerprint }) => (changedAt ? [fingerprint] : []));
  const lastEnds = await findLastEnds(tx, teamId, { integration, fingerprints: ordered });
  const acknowledged = new Map<string, string>();
  for (const { status, fingerprint } of keyed) {
    const incidentId = open.get(fingerprint)?.incident_id;
    if (status === "acknowledged" && incidentId) acknowledged.set(fingerprint, incidentId);
  }
  const known = ({ fingerprint }: KeyedAlert): Known => ({ open: open.get(fingerprint), lastEnd: lastEnds.get(fingerprint) });
  return { alerts: keyed.flatMap((one) => settled(one, known(one), at) ?? []), acknowledged };
}
