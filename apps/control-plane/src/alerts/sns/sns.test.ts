import { createSign, createVerify, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SnsMessage } from "@sre/contracts/webhooks";
import type { OutboundFactory, OutboundResult } from "@sre/service-kit";
import { selfSigned, testContext, testDatabases } from "@sre/testkit";
import { openHarness, ingestToken, type Harness } from "../../testing/harness.ts";
import { signedText } from "./sns-signature.ts";
import { readSnsTrust } from "./sns-trust.ts";
import { certificateAddress, openSnsVerifier } from "./verify-sns.ts";

const topic = "arn:aws:sns:eu-central-1:123456789012:alarms";
const own = selfSigned({ host: "sns.amazonaws.com" });
const other = selfSigned({ host: "sns.amazonaws.com" });
const certificateUrl = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";

const alarm = {
  AlarmName: "queue", AlarmArn: "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:queue", NewStateValue: "ALARM", OldStateValue: "OK",
  StateChangeTime: "2026-11-24T10:00:00.000+0000", Trigger: { MetricName: "m", Dimensions: [{ name: "ServiceName", value: "queue" }] },
}; // prettier-ignore
const notification: SnsMessage = {
  Type: "Notification", MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", TopicArn: topic, Subject: "ALARM: queue",
  Message: JSON.stringify(alarm), Timestamp: "2026-11-24T10:00:01.000Z", SigningCertURL: certificateUrl,
}; // prettier-ignore
const subscription: SnsMessage = {
  Type: "SubscriptionConfirmation", MessageId: "165545c9-2a5c-472c-8df2-7ff2be2b3b1b", Token: "2336412f37", TopicArn: topic, Message: "Confirm…",
  SubscribeURL: "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription", Timestamp: "2026-11-24T10:00:01.000Z", SigningCertURL: certificateUrl,
}; // prettier-ignore

function signed(message: SnsMessage, { version = "2", key = own.key } = {}): SnsMessage {
  const signer = createSign(version === "1" ? "RSA-SHA1" : "RSA-SHA256").update(signedText(message));
  return { ...message, SignatureVersion: version, Signature: signer.sign(key, "base64") };
}

const noCall: OutboundFactory = () => {
  throw new Error("Nobody is called.");
};
const trustOf = (pem: string | null) => {
  const read = readSnsTrust(topic, pem);
  if ("problem" in read) throw new Error(read.problem);
  return read.trust;
};
const verifierOf = (pem: string | null, outbound = noCall) =>
  openSnsVerifier(trustOf(pem), { outbound, stack: new AsyncDisposableStack() });
const at = (text: string) => testContext({ at: new Date(text) });

test("the signed text is the fields that the developer guide lists, in its order, without an absent subject", () => {
  expect(signedText({ ...notification, Message: "My Test Message", Subject: null, Other: "x" })).toBe(
    `Message\nMy Test Message\nMessageId\n22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324\nTimestamp\n2026-11-24T10:00:01.000Z\nTopicArn\n${topic}\nType\nNotification\n`,
  );
  expect(signedText(notification)).toContain("\nSubject\nALARM: queue\nTimestamp\n");
  expect(signedText(subscription).match(/^(Message|MessageId|SubscribeURL|Timestamp|Token|TopicArn|Type)$/gm)).toHaveLength(7);
});

test("the test's own certificate is one that a program of another make can read", () => {
  const certificate = new X509Certificate(own.certificate);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(createVerify("RSA-SHA256").update("x").verify(certificate.publicKey, createSign("RSA-SHA256").update("x").sign(own.key))).toBe(
    true,
  );
});

describe("a message", () => {
  const verify = verifierOf(`${other.certificate}\n${own.certificate}`);
  const now = at("2026-11-24T10:00:02Z");

  test.each([
    ["a notification of version 1", signed(notification, { version: "1" })],
    ["a notification of version 2", signed(notification)],
    ["one without a subject", signed({ ...notification, Subject: undefined })],
    ["a request to confirm", signed(subscription)],
  ])("signed by one of the certificates is taken: %s", async (_, message) => {
    await expect(verify(now, message)).resolves.toBeUndefined();
  });

  test.each<[string, SnsMessage, string]>([
    ["without a signature", notification, "body.Signature"],
    ["delivered raw", alarm, "body.Signature"],
    ["with another text", { ...signed(notification), Message: "{}" }, "body.Signature"],
    ["with another subject", { ...signed(notification), Subject: "OK: queue" }, "body.Signature"],
    ["whose subject was taken away", { ...signed(notification), Subject: null }, "body.Signature"],
    ["of another type", { ...signed(notification), Type: "UnsubscribeConfirmation" }, "body.Signature"],
    ["signed by another key", signed(notification, { key: selfSigned({ host: "sns.amazonaws.com" }).key }), "body.Signature"],
    ["with a signature of nothing", { ...signed(notification), Signature: "" }, "body.Signature"],
    ["that claims another version", { ...signed(notification), SignatureVersion: "1" }, "body.Signature"],
    ["of an unknown version", { ...signed(notification), SignatureVersion: "3" }, "body.SignatureVersion"],
    ["of somebody else's topic, signed by Amazon", signed({ ...notification, TopicArn: "arn:aws:sns:eu-central-1:999999999999:alarms" }), "body.TopicArn"],
    ["whose certificate lies elsewhere", signed({ ...notification, SigningCertURL: "https://evil.example/SimpleNotificationService-0.pem" }), "body.SigningCertURL"],
  ])("%s is refused, and the reason names the field", async (_, message, field) => {
    await expect(verify(now, message)).rejects.toMatchObject({ code: "unauthenticated", more: { field, nextStep: expect.any(String) } });
  }); // prettier-ignore

  test("comes again later while no certificate is in force", async () => {
    const past = selfSigned({ host: "sns.amazonaws.com", to: new Date("2025-01-01") });
    const message = signed(notification, { key: past.key });
    await expect(verifierOf(past.certificate)(now, message)).rejects.toMatchObject({ code: "unavailable" });
    await expect(verifierOf(past.certificate)(at("2024-11-24T10:00:00Z"), message)).resolves.toBeUndefined();
  });
});

describe("the certificate's address", () => {
  test.each([
    "http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0a.pem",
    "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0a.pem",
    "https://sns.eu-central-1.amazonaws.com.evil.example/SimpleNotificationService-0a.pem",
    "https://sns.eu-central-1.amazonaws.com@evil.example/SimpleNotificationService-0a.pem",
    "https://user:pass@sns.eu-central-1.amazonaws.com/SimpleNotificationService-0a.pem",
    "https://sns.eu-central-1.amazonaws.com:8443/SimpleNotificationService-0a.pem",
    "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0a.pem?x=1",
    "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0a.pem#x",
    "https://sns.eu-central-1.amazonaws.com/bucket/SimpleNotificationService-0a.pem",
    "https://s3.eu-central-1.amazonaws.com/SimpleNotificationService-0a.pem",
    "https://sns.eu-central-1.amazonaws.com/../cert.pem",
    "file:///etc/passwd",
    "",
  ])("%s is not Amazon's for the topic", (url) => {
    expect(certificateAddress(url, topic)).toBeNull();
  });

  test("is Amazon's in China for a topic there", () => {
    const china = "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0a.pem";
    expect(certificateAddress(china, "arn:aws-cn:sns:cn-north-1:123456789012:alarms")?.href).toBe(china);
    expect(certificateAddress(certificateUrl, topic)?.href).toBe(certificateUrl);
  });
});

test("a certificate is fetched once where that is allowed, and a failure asks the sender to come again", async () => {
  const asked: string[] = [];
  let answer: OutboundResult = { kind: "failed", because: "unreachable", detail: "no", tookMs: 1 };
  const outbound: OutboundFactory = (target) => ({
    target,
    send: async ({ path }) => {
      asked.push(target.baseUrl + path);
      return answer;
    },
    breakerState: () => "closed",
    close: async () => undefined,
  });
  const verify = verifierOf(null, outbound);
  await expect(verify(at("2026-11-24T10:00:02Z"), signed(notification))).rejects.toMatchObject({ code: "unavailable" });
  answer = { kind: "answered", status: 200, headers: {}, body: Buffer.from(own.certificate), tookMs: 1 };
  for (const version of ["1", "2"]) await verify(at("2026-11-24T10:00:02Z"), signed(notification, { version }));
  await expect(verify(at("2026-11-24T10:00:02Z"), signed(notification, { key: other.key }))).rejects.toMatchObject({
    code: "unauthenticated",
  });
  expect(asked).toEqual([certificateUrl, certificateUrl]);
});

test.each([
  ["no topic", " , ", null],
  ["a name instead of an ARN", "alarms", null],
  ["another service's ARN", "arn:aws:sqs:eu-central-1:123456789012:alarms", null],
  ["no certificate", topic, "hello"],
  ["a certificate that is none", topic, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"],
])("%s is refused at the start", (_, topics, pem) => {
  expect(readSnsTrust(topics, pem)).toMatchObject({ problem: expect.any(String) });
});

describe.each(testDatabases)("the webhook on $name", (database) => {
  let harness: Harness;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "sns-"));
    const file = join(directory, "sns.pem");
    writeFileSync(file, own.certificate);
    harness = await openHarness(database, { env: { SNS_TOPIC_ARNS: topic, SNS_CERTIFICATES_FILE: file } });
  });
  afterAll(async () => {
    await harness[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });
  const post = (body: unknown, password = ingestToken) =>
    harness.anonymous("/api/v1/webhooks/cloudwatch", {
      headers: { "content-type": "text/plain; charset=UTF-8", authorization: `Basic ${Buffer.from(`sns:${password}`).toString("base64")}` },
      body,
    });

  test("takes what Amazon signed, keeps a signed request to confirm, and refuses the rest with the field and a next step", async () => {
    expect((await post(signed(notification))).body).toMatchObject({ accepted: 1, quarantined: 0 });
    expect((await post(signed(subscription))).body).toMatchObject({ accepted: 0, quarantined: 1 });
    const forged = await post({ ...signed(notification), Message: JSON.stringify({ ...alarm, AlarmName: "forged" }) });
    expect(forged).toMatchObject({ status: 401, body: { code: "unauthenticated", field: "body.Signature", next_step: expect.stringContaining("SNS_CERTIFICATES_FILE") } });
    expect(forged.headers.get("content-type")).toContain("application/problem+json");
    expect((await post(signed(notification), "another-token-than-ours")).status).toBe(401);
    const call = await harness.as();
    expect((await call("/api/v1/alerts")).body).toMatchObject({ items: [{ name: "queue", status: "firing" }] });
  }); // prettier-ignore
});
