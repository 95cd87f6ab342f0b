import { GrafanaAlert, GrafanaRuleState } from "@sre/contracts/webhooks";
import { contentOf, malformedBy, type ReadAlert } from "../incoming-alert.ts";
import { acceptGrouped } from "./alertmanager.ts";

const invalidInLabelName = /[^a-zA-Z0-9_.]/g;

/** Labels under names that Prometheus allows; of two that become the same, the first by name stays. */
export function plainLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const kept = new Map<string, string>();
  for (const name of Object.keys(labels).sort()) {
    const plain = name
      .replace(invalidInLabelName, "_")
      .replace(/^(?=[\d.])/, "_")
      .slice(0, 128);
    if (plain !== "" && !kept.has(plain)) kept.set(plain, labels[name] ?? "");
  }
  return Object.fromEntries(kept);
}

const given = (notes: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(notes).filter(([, text]) => text !== ""));

function valuesOf({ values }: GrafanaAlert): string {
  return Object.entries(values ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(", ")
    .slice(0, 1_000);
}

function readGrouped(item: unknown, receivedAt: Date): ReadAlert {
  const parsed = GrafanaAlert.safeParse(item);
  if (!parsed.success) return malformedBy(parsed.error);
  const { data } = parsed;
  const { dashboardURL, panelURL } = data;
  const annotations = { ...data.annotations, ...given({ dashboardURL, panelURL, values: valuesOf(data) }) };
  return acceptGrouped(data, contentOf(plainLabels(data.labels), annotations), receivedAt);
}

// A rule that is paused or waits says nothing about what it watches.
const statusOf = { alerting: "firing", no_data: "firing", ok: "resolved" } as const;

function readRuleState(item: unknown, receivedAt: Date): ReadAlert {
  const parsed = GrafanaRuleState.safeParse(item);
  if (!parsed.success) return malformedBy(parsed.error);
  const { orgId, ruleId, ruleName, ruleUrl, state, title, message, tags } = parsed.data;
  if (state === "paused" || state === "pending") return { kind: "ignored" };
  const labels = { ...plainLabels(tags), alertname: ruleName };
  const content = contentOf(labels, given({ summary: title, description: message, panelURL: ruleUrl }));
  return { kind: "keyed", keyed: { fingerprint: `rule-${orgId}-${ruleId}`, status: statusOf[state], startsAt: receivedAt, content } };
}

/** Reads one alert of Grafana Alerting (9 to 12), or the state of one rule as Grafana 8 and older send it. */
export function readGrafanaAlert(item: unknown, receivedAt: Date): ReadAlert {
  const isRule = typeof item === "object" && item !== null && "ruleId" in item;
  return isRule ? readRuleState(item, receivedAt) : readGrouped(item, receivedAt);
}
