import type { TeamId } from "@sre/contracts/shared";
import { podOf, resolveEntity, type EntityMapping } from "@sre/correlation";
import type { Db } from "../migrations/tables.ts";
import { findOwners } from "../resources/store.ts";
import type { IncomingAlert } from "./incoming-alert.ts";
import type { ResolvedAlert } from "./store.ts";

/** Says what each alert is about, from its labels and what the topology knows of its pod. */
export async function resolveAlerts(
  db: Db,
  teamId: TeamId,
  input: { alerts: readonly IncomingAlert[]; mapping: EntityMapping },
): Promise<ResolvedAlert[]> {
  const { alerts, mapping } = input;
  const pods = new Set(alerts.flatMap((alert) => podOf(alert.labels, mapping) ?? []));
  const owners = await findOwners(db, teamId, [...pods]);
  return alerts.map((alert) => ({ alert, resolved: resolveEntity(alert.labels, mapping, owners) }));
}
