import { canonicalJson, sha256 } from "@sre/contracts/canonical";
import { PagerDutyEvent } from "@sre/contracts/webhooks";
import { contentOf, isRealTime, malformedBy, type AlertContent, type ReadAlert } from "../incoming-alert.ts";
import { plainLabels } from "./grafana.ts";
import { senderInstantMs } from "./sender-instant.ts";

type Payload = NonNullable<PagerDutyEvent["payload"]>;

const detailsMax = 40;

/** The plain values of the details, as labels: what a team puts there says most about where it is. */
function detailLabels({ custom_details: details }: Payload): Record<string, string> {
  if (details === undefined || typeof details === "string") return {};
  const plain = Object.entries(details).flatMap(([name, value]) =>
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [[name, String(value)] as const] : [],
  );
  return plainLabels(Object.fromEntries(plain.filter(([, text]) => text.length <= 2_048).slice(0, detailsMax)));
}

function labelsOf(payload: Payload): Record<string, string> {
  const { class: kind, component, group, severity, source, summary } = payload;
  const named = { component, group, class: kind, instance: source };
  const stated = Object.entries(named).flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]));
  return { ...Object.fromEntries(stated), ...detailLabels(payload), severity, alertname: kind ?? summary.slice(0, 200) };
}

function annotationsOf(event: PagerDutyEvent, payload: Payload): Record<string, string> {
  const details = typeof payload.custom_details === "string" ? payload.custom_details : "";
  const runbook = event.links.find(({ text }) => /run ?book|playbook/i.test(text ?? ""))?.href ?? "";
  const all = { summary: payload.summary, description: details, runbook_url: runbook, dashboard_url: event.client_url ?? "" };
  return Object.fromEntries(Object.entries(all).filter(([, text]) => text !== ""));
}

function contentOfEvent(event: PagerDutyEvent): AlertContent | null {
  return event.payload ? contentOf(labelsOf(event.payload), annotationsOf(event, event.payload)) : null;
}

/** The key of a trigger that has none: the same event sent again is the same alert. */
export function dedupKeyOf(event: PagerDutyEvent): string {
  return event.dedup_key ?? sha256(canonicalJson(event.payload ?? {})).slice(0, 32);
}

const statusOf = { trigger: "firing", acknowledge: "acknowledged", resolve: "resolved" } as const;

/** Reads an event of PagerDuty's Events API v2. */
export function readPagerDutyEvent(item: unknown, receivedAt: Date): ReadAlert {
  const parsed = PagerDutyEvent.safeParse(item);
  if (!parsed.success) return malformedBy(parsed.error);
  const event = parsed.data;
  const atMs = senderInstantMs(event.payload?.timestamp);
  const startsAt = isRealTime(atMs, receivedAt) ? new Date(atMs) : receivedAt;
  const fingerprint = sha256(dedupKeyOf(event)).slice(0, 32);
  return { kind: "keyed", keyed: { fingerprint, status: statusOf[event.event_action], startsAt, content: contentOfEvent(event) } };
}
