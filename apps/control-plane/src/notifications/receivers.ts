import { createHmac } from "node:crypto";
import type { Language } from "@sre/contracts/shared";
import type { Outbound, OutboundFactory, OutboundResult } from "@sre/service-kit";
import { placeOf, titleOf, verdictOf, type Message } from "./message.ts";
import type { NotificationRules, ReceiverConfig } from "./notification-rules.ts";

/** One message on its way. `id` is the same on every attempt, `at` is the time of this one. */
interface Sending {
  readonly id: string;
  readonly at: Date;
  readonly message: Message;
  readonly signal: AbortSignal;
}

export interface Receiver extends AsyncDisposable {
  send(sending: Sending): Promise<OutboundResult>;
}

// The queue of notifications is what repeats, so that one layer does.
const receiverLimits = { deadlineMs: 10_000, responseBytesMax: 65_536, attemptsMax: 1, connectionsMax: 4 } as const;
const summaryCharactersMax = 1_024;

interface Call {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

// What Slack reads as markup, https://api.slack.com/reference/surfaces/formatting#escaping.
const slackText = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function slackCall({ message }: Sending, language: Language): Call {
  const { url } = message.data.incident;
  const more = language === "en" ? "Open the incident" : "開啟事件";
  const verdict = verdictOf(message, language);
  const lines = [
    `*${slackText(titleOf(message, language))}*`,
    slackText(placeOf(message)),
    ...(verdict === null ? [] : [slackText(verdict)]),
    ...(url === null ? [] : [`<${url}|${more}>`]),
  ];
  return { body: { text: lines.filter((line) => line !== "").join("\n") } };
}

/** Headers of the Standard Webhooks specification, version 1: the signature is of the id, the time of this attempt and the body. */
function signatureHeaders(input: { id: string; at: Date; body: string; secret: string }): Record<string, string> {
  const seconds = Math.floor(input.at.getTime() / 1_000);
  const key = Buffer.from(input.secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${input.id}.${seconds}.${input.body}`).digest("base64");
  return { "webhook-id": input.id, "webhook-timestamp": String(seconds), "webhook-signature": `v1,${signature}` };
}

function webhookCall({ id, at, message }: Sending, secret: string): Call {
  return { body: message, headers: signatureHeaders({ id, at, body: JSON.stringify(message), secret }) };
}

const pagerDutyActions: Partial<Record<Message["type"], string>> = {
  "incident.resolved": "resolve",
  "incident.acknowledged": "acknowledge",
};

/** An event of PagerDuty's Events API v2: everything about one incident has one key, so that it stays one alert there. */
function pagerDutyCall({ message }: Sending, { routing_key, language }: Extract<ReceiverConfig, { kind: "pagerduty" }>): Call {
  const { incident, labels, diagnosis } = message.data;
  const action = pagerDutyActions[message.type] ?? "trigger";
  const event = { routing_key, event_action: action, dedup_key: `sre-incident-${incident.id}` };
  if (action !== "trigger") return { body: event };
  const place = [incident.environment, incident.cluster].filter(Boolean).join("/");
  const verdict = verdictOf(message, language);
  return {
    body: {
      ...event,
      payload: {
        summary: (verdict === null ? titleOf(message, language) : `${titleOf(message, language)} — ${verdict}`).slice(
          0,
          summaryCharactersMax,
        ),
        source: incident.service ?? (place || "sre-platform"),
        severity: incident.severity,
        timestamp: incident.started_at,
        component: incident.service ?? undefined,
        group: place || undefined,
        custom_details: { labels, diagnosis },
      },
      client: "SRE Platform",
      ...(incident.url === null ? {} : { client_url: incident.url }),
    },
  };
}

function callOf(config: ReceiverConfig, sending: Sending): Call {
  if (config.kind === "slack") return slackCall(sending, config.language);
  if (config.kind === "webhook") return webhookCall(sending, config.secret);
  return pagerDutyCall(sending, config);
}

function receiverOf(config: ReceiverConfig, outbound: Outbound): Receiver {
  const { pathname, searchParams } = new URL(config.url);
  const query = Object.fromEntries([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]));
  return {
    send(sending) {
      const { body, headers = {} } = callOf(config, sending);
      return outbound.send({ method: "POST", path: pathname, query, headers, body: JSON.stringify(body), signal: sending.signal });
    },
    [Symbol.asyncDispose]: () => outbound.close(),
  };
}

/** Opens every receiver by its name, each with its own breaker, so that one in trouble delays no other. */
export function openReceivers(rules: NotificationRules, outbound: OutboundFactory): ReadonlyMap<string, Receiver> {
  const entries = Object.entries(rules.receivers).map(([name, config]): [string, Receiver] => {
    const target = outbound({ name: `receiver ${name}`, baseUrl: new URL(config.url).origin, ...receiverLimits });
    return [name, receiverOf(config, target)];
  });
  return new Map(entries);
}
