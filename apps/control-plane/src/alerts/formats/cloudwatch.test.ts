import { describe, expect, test } from "vitest";
import { readCloudWatchMessage } from "./cloudwatch.ts";

const receivedAt = new Date("2026-11-24T10:05:00.000Z");

const alarm = {
  AlarmName: "checkout-queue-age", AlarmDescription: "Orders wait. severity: critical", AWSAccountId: "123456789012",
  AlarmConfigurationUpdatedTimestamp: "2026-11-01T08:00:00.000+0000", NewStateValue: "ALARM",
  NewStateReason: "Threshold Crossed: 1 out of the last 1 datapoints [212.0 (24/11/26 10:02:00)] was greater than the threshold (120.0) (minimum 1 datapoint for OK -> ALARM transition).",
  StateChangeTime: "2026-11-24T10:03:00.123+0000", Region: "EU (Frankfurt)", AlarmArn: "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:checkout-queue-age", OldStateValue: "OK",
  OKActions: [], AlarmActions: ["arn:aws:sns:eu-central-1:123456789012:alarms"], InsufficientDataActions: [],
  Trigger: {
    MetricName: "ApproximateAgeOfOldestMessage", Namespace: "AWS/SQS", StatisticType: "Statistic", Statistic: "MAXIMUM", Unit: null,
    Dimensions: [{ value: "orders", name: "QueueName" }, { value: "checkout", name: "ServiceName" }], Period: 60, EvaluationPeriods: 1, DatapointsToAlarm: 1,
    ComparisonOperator: "GreaterThanThreshold", Threshold: 120, TreatMissingData: "missing", EvaluateLowSampleCountPercentile: "",
  },
}; // prettier-ignore

const notification = (message: object, more: object = {}) => ({
  Type: "Notification", MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", TopicArn: "arn:aws:sns:eu-central-1:123456789012:alarms",
  Subject: "ALARM: \"checkout-queue-age\" in EU (Frankfurt)", Message: JSON.stringify(message), Timestamp: "2026-11-24T10:03:01.000Z", SignatureVersion: "1", Signature: "c2lnbmVk",
  SigningCertURL: "https://sns.eu-central-1.amazonaws.com/cert.pem", UnsubscribeURL: "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe", ...more,
}); // prettier-ignore
const read = (message: unknown) => readCloudWatchMessage(message, receivedAt);

describe("an alarm of CloudWatch", () => {
  test("stands encoded twice in the message of SNS", () => {
    expect(read(notification(alarm))).toMatchObject({
      kind: "keyed",
      keyed: {
        status: "firing", startsAt: new Date("2026-11-24T10:03:00.123Z"), changedAt: new Date("2026-11-24T10:03:00.123Z"),
        content: {
          name: "checkout-queue-age", severity: "critical", opensIncident: true,
          labels: { service_name: "checkout", queue_name: "orders", region: "eu-central-1", account_id: "123456789012", metric: "ApproximateAgeOfOldestMessage", metric_namespace: "AWS/SQS" },
          annotations: { description: alarm.AlarmDescription, reason: alarm.NewStateReason },
        },
      },
    }); // prettier-ignore
  });

  test("that claims a time further ahead than clocks stray counts as of now, so that it cannot outdate what comes after it", () => {
    const ahead = read(notification({ ...alarm, StateChangeTime: "2026-11-24T20:00:00.000+0000" }));
    expect(ahead).toMatchObject({ kind: "keyed", keyed: { startsAt: receivedAt, changedAt: receivedAt } });
    const near = read(notification({ ...alarm, StateChangeTime: "2026-11-24T10:09:00.000+0000" }));
    expect(near).toMatchObject({ kind: "keyed", keyed: { changedAt: new Date("2026-11-24T10:09:00.000Z") } });
  });

  test("comes alone with raw delivery, and is the same", () => {
    expect(read(alarm)).toEqual(read(notification(alarm)));
  });

  test.each([
    ["OK", "ALARM", "resolved"],
    ["OK", "INSUFFICIENT_DATA", "resolved"],
    ["ALARM", "INSUFFICIENT_DATA", "firing"],
    ["INSUFFICIENT_DATA", "OK", "firing"],
  ])("that is %s after %s speaks of its one alert as %s", (NewStateValue, OldStateValue, status) => {
    const of = read(notification({ ...alarm, NewStateValue, OldStateValue }));
    const first = read(notification(alarm));
    expect(of).toMatchObject({ kind: "keyed", keyed: { status } });
    expect(of.kind === "keyed" && of.keyed.fingerprint).toBe(first.kind === "keyed" && first.keyed.fingerprint);
  });

  test("that was on and has too few data stays on; one that was not is a warning, whatever its description says", () => {
    expect(read(notification({ ...alarm, NewStateValue: "INSUFFICIENT_DATA", OldStateValue: "ALARM" }))).toEqual({ kind: "ignored" });
    const unsure = read(notification({ ...alarm, NewStateValue: "INSUFFICIENT_DATA", OldStateValue: "OK" }));
    expect(unsure).toMatchObject({
      keyed: { content: { severity: "warning", annotations: { summary: "checkout-queue-age has not enough data" } } },
    });
  });

  test("over several metrics has the dimensions of all; a composite one needs none", () => {
    const metric = (name: string, value: string) => ({ Id: name, MetricStat: { Metric: { MetricName: "m", Dimensions: [{ name, value }] }, Period: 60, Stat: "Sum" }, ReturnData: false }); // prettier-ignore
    const Metrics = [{ Id: "e1", Expression: "a/b", ReturnData: true }, metric("ServiceName", "checkout"), metric("ClusterName", "eu-1")];
    const math = read(notification({ ...alarm, Trigger: { Period: 60, Metrics } }));
    expect(math).toMatchObject({ keyed: { content: { labels: { service_name: "checkout", cluster_name: "eu-1" } } } });
    const { Trigger: _trigger, AlarmDescription: _description, ...composite } = alarm;
    expect(read(notification({ ...composite, AlarmRule: "ALARM(a) AND ALARM(b)" }))).toMatchObject({
      keyed: { content: { severity: "warning" } },
    });
  });
});

describe("what SNS sends beside alarms is kept apart with the reason", () => {
  const confirmation = {
    Type: "SubscriptionConfirmation",
    MessageId: "1",
    Token: "t",
    TopicArn: "arn:aws:sns:eu-central-1:123456789012:alarms",
  };

  test("a subscription is shown to people, who open its address themselves", () => {
    const SubscribeURL = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t";
    expect(read({ ...confirmation, SubscribeURL })).toMatchObject({
      field: "SubscribeURL",
      reason: expect.stringContaining("open the address"),
    });
  });

  test.each(["https://sns.eu-central-1.amazonaws.com.evil.example/", "http://sns.eu-central-1.amazonaws.com/", "https://evil.example/?sns.eu-central-1.amazonaws.com", "no address"])(
    "an address that is not Amazon's is called so: %s",
    (SubscribeURL) => {
      expect(read({ ...confirmation, SubscribeURL })).toMatchObject({ kind: "malformed", reason: expect.stringContaining("do not open it") });
    },
  ); // prettier-ignore

  test.each([
    ["a text", notification({}, { Message: "Disk is full" }), "Message"],
    ["JSON of something else", notification({ budget: 7 }), "Message.AlarmName"],
    ["an alarm in a state that CloudWatch does not have", notification({ ...alarm, NewStateValue: "PANIC" }), "Message.NewStateValue"],
    ["an alarm at no real time", notification({ ...alarm, StateChangeTime: "yesterday" }), "Message.StateChangeTime"],
    ["the end of a subscription", { Type: "UnsubscribeConfirmation" }, "Type"],
    ["no object", "alarm", ""],
  ])("%s", (_what, message, field) => {
    expect(read(message)).toMatchObject({ kind: "malformed", field });
  });
});
