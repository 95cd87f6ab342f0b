import { createHmac } from "node:crypto";
import type { Language } from "@sre/contracts/shared";
import type { MailFactory, MailOutbound, Outbound, OutboundFactory, OutboundFailure } from "@sre/service-kit";
import { mailOf } from "./mail.ts";
import { placeOf, titleOf, verdictOf, type Message, type Sending } from "./message.ts";
import type { MailServer, NotificationRules, ReceiverConfig } from "./notification-rules.ts";

/** What became of an attempt. `final`: asking again with the same words cannot help. */
export type Outcome =
  | { readonly kind: "taken"; /** What was not quite as it should be. */ readonly remark: string | null }
  | { readonly kind: "failed"; readonly detail: string; readonly final: boolean };

export interface Receiver extends AsyncDisposable {
  send(sending: Sending): Promise<Outcome>;
}

// The queue of notifications is what repeats, so that one layer does.
const receiverLimits = { deadlineMs: 10_000, responseBytesMax: 65_536, attemptsMax: 1, connectionsMax: 4 } as const;
const summaryCharactersMax = 1_024;
/** RFC 8314 for submission, RFC 5321 for a relay. */
const mailPorts = { tls: 465, starttls: 587, none: 25 } as const;

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

type HttpReceiver = Exclude<ReceiverConfig, { kind: "email" }>;

function callOf(config: HttpReceiver, sending: Sending): Call {
  if (config.kind === "slack") return slackCall(sending, config.language);
  if (config.kind === "webhook") return webhookCall(sending, config.secret);
  return pagerDutyCall(sending, config);
}

const worthRepeating = new Set([408, 425, 429]);
const isFinal = ({ status }: OutboundFailure) => status !== undefined && status >= 300 && status < 500 && !worthRepeating.has(status);

function httpReceiver(config: HttpReceiver, outbound: Outbound): Receiver {
  const { pathname, searchParams } = new URL(config.url);
  const query = Object.fromEntries([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]));
  return {
    async send(sending) {
      const { body, headers = {} } = callOf(config, sending);
      const request = { method: "POST", path: pathname, query, headers, body: JSON.stringify(body), signal: sending.signal } as const;
      const result = await outbound.send(request);
      if (result.kind === "answered") return { kind: "taken", remark: null };
      return { kind: "failed", detail: result.detail, final: isFinal(result) };
    },
    [Symbol.asyncDispose]: () => outbound.close(),
  };
}

type EmailReceiver = Extract<ReceiverConfig, { kind: "email" }>;

function emailReceiver({ to, language }: EmailReceiver, { server, mail }: { server: MailServer; mail: MailOutbound }): Receiver {
  return {
    async send(sending) {
      const result = await mail.send(mailOf(sending, { from: server.from, to, language }));
      if (result.kind === "failed") return result;
      const { refused } = result;
      return {
        kind: "taken",
        remark: refused.length === 0 ? null : `The mail server refused ${refused.length} of ${to.length} recipients.`,
      };
    },
    [Symbol.asyncDispose]: () => mail[Symbol.asyncDispose](),
  };
}

function mailTarget({ url, starttls, user, password, ca }: MailServer): Parameters<MailFactory>[0] {
  const { protocol, hostname, port } = new URL(url);
  const security = protocol === "smtps:" ? "tls" : starttls ? "starttls" : "none";
  return {
    name: "mail server",
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || mailPorts[security],
    security,
    credentials: user === undefined || password === undefined ? null : { user, password },
    ca: ca ?? null,
    deadlineMs: receiverLimits.deadlineMs,
    connectionsMax: receiverLimits.connectionsMax,
  };
}

/** The ways out of this process. */
interface Ways {
  readonly outbound: OutboundFactory;
  readonly mail: MailFactory;
}

/** Opens every receiver by its name, each with its own breaker (those of mail share their server's), so that one in trouble delays no other. */
export function openReceivers({ receivers, mailServer }: NotificationRules, { outbound, mail }: Ways): ReadonlyMap<string, Receiver> {
  const email = mailServer && { server: mailServer, mail: mail(mailTarget(mailServer)) };
  const opened = new Map<string, Receiver>();
  for (const [name, config] of Object.entries(receivers)) {
    if (config.kind !== "email")
      opened.set(
        name,
        httpReceiver(config, outbound({ name: `receiver ${name}`, baseUrl: new URL(config.url).origin, ...receiverLimits })),
      );
    else if (email) opened.set(name, emailReceiver(config, email));
  }
  return opened;
}
