import { verify, type X509Certificate } from "node:crypto";
import type { SnsMessage } from "@sre/contracts/webhooks";

// "Verifying the signatures of Amazon SNS messages", Amazon SNS Developer Guide: these fields in this order, without absent ones.
const signedOfNotification = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"] as const;
const signedOfSubscription = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"] as const;
const digests: Readonly<Record<string, string>> = { "1": "RSA-SHA1", "2": "RSA-SHA256" };

/** The text that SNS signs: each field's name and value on a line of its own. */
export function signedText(message: SnsMessage): string {
  const names = message.Type === "Notification" ? signedOfNotification : signedOfSubscription;
  return names.flatMap((name) => (typeof message[name] === "string" ? [`${name}\n${message[name]}\n`] : [])).join("");
}

/** Whether a certificate is in force. */
export const inForce = (certificate: X509Certificate, at: Date): boolean =>
  certificate.validFromDate <= at && at <= certificate.validToDate;

/** Whether one of the certificates signed the message. False for an unknown version of the signature. */
export function isSignedBy(message: SnsMessage, certificates: readonly X509Certificate[]): boolean {
  const digest = digests[message.SignatureVersion ?? ""];
  if (digest === undefined || message.Signature === undefined) return false;
  const [text, signature] = [Buffer.from(signedText(message)), Buffer.from(message.Signature, "base64")];
  return certificates.some(({ publicKey }) => verify(digest, text, publicKey, signature));
}
