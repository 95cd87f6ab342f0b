import { setTimeout as pause } from "node:timers/promises";
import type { ControlPlane } from "./control-plane.ts";

const attemptMs = 10_000;
const pauseMs = 50;

/** An alert of the soak: each has a fingerprint of its own, ten services share them. */
export function soakAlert(index: number, status: "firing" | "resolved" = "firing") {
  const service = `service-${index % 10}`;
  return {
    status,
    labels: { alertname: "HighErrorRate", severity: "warning", cluster: "soak", environment: "production", namespace: "shop", service },
    annotations: { summary: `Errors of ${service} are high` },
    startsAt: "2026-11-24T10:00:00.000Z",
    endsAt: status === "firing" ? "0001-01-01T00:00:00Z" : "2026-11-24T10:30:00.000Z",
    generatorURL: "",
    fingerprint: index.toString(16).padStart(8, "0"),
  };
}

/** A sender as Alertmanager is one: what is not answered, or with 5xx, is sent again; anything else that is no success is lost for ever. */
export interface Sender {
  /** Sends until it is acknowledged; gives the time of each refusal by 503, in milliseconds. */
  deliver(alerts: readonly object[]): Promise<number[]>;
  /** Deliveries that were answered with neither success nor 5xx. */
  readonly lost: string[];
}

export function openSender({ webhook, ingestToken }: Pick<ControlPlane, "webhook" | "ingestToken">): Sender {
  const lost: string[] = [];
  const headers = { authorization: `Bearer ${ingestToken}`, "content-type": "application/json" };
  const attempt = async (body: string): Promise<number> => {
    try {
      const answer = await fetch(webhook, { method: "POST", headers, body, signal: AbortSignal.timeout(attemptMs) });
      const text = await answer.text();
      if (answer.status < 500 && !answer.ok) lost.push(`${answer.status} ${text}`);
      return answer.status;
    } catch {
      return 0;
    }
  };
  return {
    lost,
    async deliver(alerts) {
      const body = JSON.stringify({ version: "4", groupKey: "{}", status: "firing", receiver: "soak", alerts });
      const refusedMs: number[] = [];
      for (;;) {
        const startedMs = performance.now();
        const status = await attempt(body);
        if (status > 0 && status < 500) return refusedMs;
        if (status === 503) refusedMs.push(performance.now() - startedMs);
        await pause(pauseMs);
      }
    },
  };
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor?: string | null;
}

async function all<T>(plane: ControlPlane, path: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null | undefined = ""; cursor !== null && cursor !== undefined;) {
    const page: Page<T> = await plane.read<Page<T>>(`${path}?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`);
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}

/** What is stored, counted by all that would show a loss or a double. */
export interface Stored {
  readonly firing: ReadonlySet<string>;
  readonly resolved: ReadonlySet<string>;
  /** Rows of alerts. */
  readonly rows: number;
  /** What incidents say of their alerts. */
  readonly inIncidents: number;
  readonly firingInIncidents: number;
  /** What the audit says began and ended. */
  readonly began: number;
  readonly ended: number;
}

interface AlertItem {
  readonly fingerprint: string;
  readonly status: string;
}
interface IncidentItem {
  readonly alerts_total: number;
  readonly alerts_firing: number;
}
interface AuditItem {
  readonly action: string;
  readonly detail: { readonly began?: number; readonly ended?: number };
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);

/** Reads through the API what became of the alerts of a soak. */
export async function readStored(plane: ControlPlane): Promise<Stored> {
  const alerts = await all<AlertItem>(plane, "/api/v1/alerts");
  const incidents = await all<IncidentItem>(plane, "/api/v1/incidents");
  const received = (await all<AuditItem>(plane, "/api/v1/audit-logs")).filter(({ action }) => action === "alert.receive");
  const those = (status: string) => new Set(alerts.filter((one) => one.status === status).map(({ fingerprint }) => fingerprint));
  return {
    firing: those("firing"),
    resolved: those("resolved"),
    rows: alerts.length,
    inIncidents: sum(incidents, (one) => one.alerts_total),
    firingInIncidents: sum(incidents, (one) => one.alerts_firing),
    began: sum(received, ({ detail }) => detail.began ?? 0),
    ended: sum(received, ({ detail }) => detail.ended ?? 0),
  };
}
