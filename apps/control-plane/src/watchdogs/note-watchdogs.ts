import type { CallContext } from "@sre/service-kit";
import type { DeliveredAlert } from "../alerts/incident-moves.ts";
import type { App } from "../app.ts";
import { changeLocked, type IncidentChange } from "../incidents/change-incident.ts";
import { askable, requestAsking } from "../senders/request-asking.ts";
import type { Tx } from "../migrations/tables.ts";
import { endWatchdog, hearWatchdog, type WatchdogKey } from "./store.ts";

type Call = { readonly app: App; readonly ctx: CallContext };

const heardAgain = (at: Date): IncidentChange => ({
  set: { status: "resolved", resolved_at: at, resolution: "The heartbeat is heard again." },
  action: "incident.resolve",
  kind: "status",
  text: { en: "The heartbeat is heard again", "zh-TW": "心跳訊號已恢復" },
});

async function hear(tx: Tx, call: Call, key: WatchdogKey): Promise<void> {
  const { teamId, at } = call.ctx;
  const incidentId = await hearWatchdog(tx, teamId, { key, at });
  if (incidentId === null) return;
  await changeLocked(tx, call, { incidentId, decide: ({ status }) => (status === "resolved" ? null : heardAgain(at)) });
  if (key.integration === askable) await requestAsking(tx, call, { because: "silence" });
}

/** Takes note of the heartbeats in a delivery: the alert `Watchdog`, which fires for as long as alerts can reach us at all. */
export async function noteWatchdogs(
  tx: Tx,
  call: Call,
  { integration, alerts }: { integration: string; alerts: readonly DeliveredAlert[] },
): Promise<void> {
  const { teamId, at } = call.ctx;
  for (const { alert, resolved } of alerts) {
    if (alert.name !== "Watchdog") continue;
    const key = { integration, cluster: resolved.cluster, environment: resolved.environment };
    if (alert.status === "firing") await hear(tx, call, key);
    else await endWatchdog(tx, teamId, { key, at });
  }
}
