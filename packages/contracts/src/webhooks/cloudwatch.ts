import { z } from "zod";
import { text } from "../shared/values.ts";

/** What Amazon SNS posts, as `text/plain`; with raw delivery the alarm itself stands here instead. */
export const SnsMessage = z
  .looseObject({
    Type: z.string().max(100).optional().meta({ description: "Notification, SubscriptionConfirmation or UnsubscribeConfirmation" }),
    MessageId: z.string().max(200).optional(),
    TopicArn: z.string().max(2_048).optional(),
    Message: z.string().max(262_144).optional().meta({ description: "of an alarm: its JSON, encoded once more" }),
    Subject: z.string().max(1_000).nullish(),
    Timestamp: z.string().max(64).optional(),
    Token: z.string().max(4_096).optional(),
    SubscribeURL: z.string().max(4_096).optional(),
    SignatureVersion: z.string().max(10).optional().meta({ description: "1: RSA with SHA-1, 2: with SHA-256" }),
    Signature: z.string().max(4_096).optional().meta({ description: "in base64" }),
    SigningCertURL: z.string().max(4_096).optional(),
  })
  .meta({ id: "SnsMessage" });
export type SnsMessage = z.infer<typeof SnsMessage>;

// The API writes Name and Value, an alarm's message name and value.
const Dimension = z.object({ name: text(255), value: text(1_024) });
const dimensions = z.array(Dimension).max(60).default([]);
const State = z.enum(["ALARM", "OK", "INSUFFICIENT_DATA"]);

/** An alarm of Amazon CloudWatch in the words of its notification: of one metric, of several, or composite (then without a trigger). */
export const CloudWatchAlarm = z.object({
  AlarmName: text(255).min(1),
  AlarmDescription: text(8_192).nullish(),
  AWSAccountId: text(100).nullish(),
  AlarmArn: text(1_600).nullish(),
  Region: text(100).nullish(),
  NewStateValue: State,
  OldStateValue: State.nullish(),
  NewStateReason: text(8_192).nullish(),
  StateChangeTime: z.string().max(64),
  Trigger: z
    .object({
      MetricName: text(255).nullish(),
      Namespace: text(255).nullish(),
      Dimensions: dimensions.nullish(),
      Metrics: z
        .array(z.object({ MetricStat: z.object({ Metric: z.object({ Dimensions: dimensions.nullish() }) }).nullish() }))
        .max(500)
        .nullish(),
    })
    .nullish(),
});
export type CloudWatchAlarm = z.infer<typeof CloudWatchAlarm>;
