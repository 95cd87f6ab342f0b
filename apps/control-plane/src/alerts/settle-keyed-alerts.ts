import type { Tx } from "../migrations/tables.ts";
import type { TeamId } from "@sre/contracts/shared";
import type { AlertContent, IncomingAlert, KeyedAlert } from "./incoming-alert.ts";
import { findFiring, type AlertRow } from "./store.ts";

function contentOfRow({ name, severity, opens_incident: opensIncident, labels, annotations }: AlertRow): AlertContent {
  return { name, severity, opensIncident, labels, annotations };
}

function settled(keyed: KeyedAlert, open: AlertRow | undefined, at: Date): IncomingAlert | null {
  const { fingerprint, status } = keyed;
  if (status === "firing") {
    if (keyed.content === null) return null;
    return { ...keyed.content, fingerprint, startsAt: open?.starts_at ?? keyed.startsAt, endsAt: null, status };
  }
  if (open === undefined || status === "acknowledged") return null;
  const endsAt = at < open.starts_at ? open.starts_at : at;
  return { ...contentOfRow(open), fingerprint, startsAt: open.starts_at, endsAt, status };
}

/**
 * Which alerts messages with a key speak of: a firing one updates the alert of its key that fires, or begins another; a
 * resolving one ends it. Where none fires there is nothing to resolve: a resolve that overtook its trigger is forgotten, so
 * that firing wins. Beside come the incidents of what was acknowledged, by fingerprint.
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
  const acknowledged = new Map<string, string>();
  for (const { status, fingerprint } of keyed) {
    const incidentId = open.get(fingerprint)?.incident_id;
    if (status === "acknowledged" && incidentId) acknowledged.set(fingerprint, incidentId);
  }
  return { alerts: keyed.flatMap((one) => settled(one, open.get(one.fingerprint), at) ?? []), acknowledged };
}
