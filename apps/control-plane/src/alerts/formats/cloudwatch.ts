import { sha256 } from "@sre/contracts/canonical";
import { CloudWatchAlarm, SnsMessage } from "@sre/contracts/webhooks";
import { contentOf, isRealTime, malformed, malformedBy, type AlertContent, type ReadAlert } from "../incoming-alert.ts";
import { plainLabels } from "./grafana.ts";
import { senderInstantMs } from "./sender-instant.ts";

const amazonHost = /^sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;

const snakeCase = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();

/** The dimensions of the metric, or of the metrics that an expression is made of, as labels: `ServiceName` becomes `service_name`. */
function dimensionLabels({ Trigger: trigger }: CloudWatchAlarm): Record<string, string> {
  const ofMetrics = (trigger?.Metrics ?? []).flatMap((metric) => metric.MetricStat?.Metric.Dimensions ?? []);
  const named = [...(trigger?.Dimensions ?? []), ...ofMetrics].map(({ name, value }) => [snakeCase(name), value] as const);
  return plainLabels(Object.fromEntries(named.reverse().slice(0, 40)));
}

// CloudWatch knows no severity; people write one into the description, as "severity: critical".
const statedSeverity = (alarm: CloudWatchAlarm): string =>
  /\bseverity\s*[:=]\s*(\w+)/i.exec(alarm.AlarmDescription ?? "")?.[1] ?? "warning";

const given = (texts: Readonly<Record<string, string | null | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).flatMap(([name, text]) => (text ? [[name, text]] : [])));

function contentOfAlarm(alarm: CloudWatchAlarm): AlertContent {
  const { AlarmName, AlarmArn, AWSAccountId, Region, Trigger, NewStateReason, AlarmDescription, NewStateValue } = alarm;
  const region = AlarmArn?.split(":")[3] ?? Region;
  const labels = {
    ...dimensionLabels(alarm),
    ...given({ region, account_id: AWSAccountId, metric: Trigger?.MetricName, metric_namespace: Trigger?.Namespace }),
    alertname: AlarmName,
    severity: NewStateValue === "INSUFFICIENT_DATA" ? "warning" : statedSeverity(alarm),
  };
  const summary = NewStateValue === "INSUFFICIENT_DATA" ? `${AlarmName} has not enough data` : AlarmName;
  return contentOf(labels, given({ summary, description: AlarmDescription, reason: NewStateReason, alarm_arn: AlarmArn }));
}

// A time further ahead than clocks stray would outdate every true message until it has passed: the message counts as of now.
const aheadMsMax = 5 * 60_000;

/**
 * Reads an alarm. Its times order its messages, which SNS may deliver late or twice. Too few data is no recovery: an alarm that
 * was on stays on; one that was not becomes a warning, because only who asked to be told of it is sent it.
 */
function readAlarm(item: unknown, receivedAt: Date): ReadAlert {
  const parsed = CloudWatchAlarm.safeParse(item);
  if (!parsed.success) return malformedBy(parsed.error);
  const { NewStateValue: state, OldStateValue: before, AlarmArn, AWSAccountId, Region, AlarmName, StateChangeTime } = parsed.data;
  const changedMs = senderInstantMs(StateChangeTime);
  if (!isRealTime(changedMs, receivedAt)) return malformed("StateChangeTime", "must be a real time");
  if (state === "INSUFFICIENT_DATA" && before === "ALARM") return { kind: "ignored" };
  const fingerprint = sha256(AlarmArn ?? `${AWSAccountId}/${Region}/${AlarmName}`).slice(0, 32);
  const changedAt = new Date(changedMs > receivedAt.getTime() + aheadMsMax ? receivedAt : changedMs);
  const status = state === "OK" ? "resolved" : "firing";
  // Of an end that ends nothing, as of an alarm that was just made, nothing is remembered.
  const content = state === "OK" && before !== "ALARM" ? null : contentOfAlarm(parsed.data);
  return { kind: "keyed", keyed: { fingerprint, status, startsAt: changedAt, changedAt, content } };
}

// Fetching an address that a message names would let whoever may post here choose where we call.
function subscription({ TopicArn, SubscribeURL = "" }: SnsMessage): ReadAlert {
  const url = URL.canParse(SubscribeURL) ? new URL(SubscribeURL) : null;
  const isAmazons = url?.protocol === "https:" && amazonHost.test(url.hostname);
  const next = isAmazons ? "If you expect it, open the address in SubscribeURL." : "Its SubscribeURL is not Amazon's: do not open it.";
  return malformed("SubscribeURL", `Amazon SNS asks to confirm a subscription of ${TopicArn ?? "an unnamed topic"}. ${next}`);
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a message of Amazon SNS that carries an alarm of CloudWatch, or the alarm alone, as raw delivery posts it. */
export function readCloudWatchMessage(item: unknown, receivedAt: Date): ReadAlert {
  const parsed = SnsMessage.safeParse(item);
  if (!parsed.success) return malformedBy(parsed.error);
  const { Type, Message } = parsed.data;
  if (Type === undefined) return readAlarm(item, receivedAt);
  if (Type === "SubscriptionConfirmation") return subscription(parsed.data);
  if (Type !== "Notification") return malformed("Type", `Amazon SNS sent ${Type.slice(0, 50)}, which speaks of no alarm.`);
  const alarm = decoded(Message ?? "");
  if (typeof alarm !== "object" || alarm === null) return malformed("Message", "holds no JSON of an alarm");
  const read = readAlarm(alarm, receivedAt);
  return read.kind === "malformed" ? malformed(`Message.${read.field}`, read.reason) : read;
}
