import type { Alert } from "@sre/contracts/control-plane";
import type { AlertRow } from "./store.ts";

const linkTitles: Readonly<Record<string, string>> = {
  runbook_url: "Runbook",
  runbook: "Runbook",
  dashboard_url: "Dashboard",
  dashboardURL: "Dashboard",
  dashboard: "Dashboard",
  panel_url: "Panel",
  panelURL: "Panel",
  grafana_url: "Dashboard",
  logs_url: "Logs",
};

function linkOf(title: string, text: string): Alert["links"][number] | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const plain = (url.protocol === "http:" || url.protocol === "https:") && url.host !== "" && url.username === "" && url.password === "";
  return plain ? { title, url: url.href, host: url.host } : null;
}

/** Links that an alert's annotations carry: http and https only, without credentials, each with the host it leads to. */
export function linksOf(annotations: Readonly<Record<string, string>>): Alert["links"] {
  return Object.entries(linkTitles).flatMap(([key, title]) => {
    const text = Object.hasOwn(annotations, key) ? annotations[key] : undefined;
    const link = text === undefined ? null : linkOf(title, text.trim());
    return link ? [link] : [];
  });
}

/** An alert as the API shows it. */
export function alertOf(row: AlertRow): Alert {
  return {
    id: row.id,
    fingerprint: row.fingerprint,
    integration: row.integration,
    name: row.name,
    status: row.status,
    severity: row.severity,
    entity: row.entity,
    environment: row.environment,
    cluster: row.cluster,
    labels: row.labels,
    annotations: row.annotations,
    starts_at: row.starts_at.toISOString(),
    ends_at: row.ends_at?.toISOString() ?? null,
    received_at: row.received_at.toISOString(),
    incident_id: row.incident_id,
    held: row.held,
    links: linksOf(row.annotations),
  };
}
