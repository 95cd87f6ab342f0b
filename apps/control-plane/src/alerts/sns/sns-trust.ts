import { X509Certificate } from "node:crypto";

export const snsLimits = { topicsMax: 100, certificatesMax: 20 } as const;

const topicPattern = /^arn:aws(?:-[a-z]+)*:sns:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[\w.-]{1,256}$/;
const pemPattern = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Whose messages of Amazon SNS are believed. */
export interface SnsTrust {
  readonly topics: ReadonlySet<string>;
  /** Null: fetched from Amazon. */
  readonly certificates: readonly X509Certificate[] | null;
}

/** The region that the ARN of a topic names; null where it is none. */
export const regionOfTopic = (arn: string): string | null => topicPattern.exec(arn)?.[1] ?? null;

/** A certificate with an RSA key; null where the text is none. */
export function certificateOf(pem: string): X509Certificate | null {
  try {
    const certificate = new X509Certificate(pem);
    return certificate.publicKey.asymmetricKeyType === "rsa" ? certificate : null;
  } catch {
    return null;
  }
}

type ReadTrust = { readonly trust: SnsTrust } | { readonly at: "topics" | "certificates"; readonly problem: string };

/** Reads the operator's topics, separated by commas, and the text of the file of certificates; without one they are fetched. */
export function readSnsTrust(topicsText: string, pem: string | null): ReadTrust {
  const topics = new Set(topicsText.split(",").map((one) => one.trim()).filter((one) => one !== "")); // prettier-ignore
  if (topics.size === 0 || topics.size > snsLimits.topicsMax) return { at: "topics", problem: `must be 1 to ${snsLimits.topicsMax} ARNs` };
  if ([...topics].some((arn) => regionOfTopic(arn) === null)) return { at: "topics", problem: "must be ARNs of topics: arn:aws:sns:<region>:<account>:<name>" };
  if (pem === null) return { trust: { topics, certificates: null } };
  const read = (pem.match(pemPattern) ?? []).map(certificateOf);
  const certificates = read.filter((one) => one !== null);
  if (read.length === 0 || read.length > snsLimits.certificatesMax || certificates.length < read.length)
    return { at: "certificates", problem: `must hold 1 to ${snsLimits.certificatesMax} certificates with RSA keys in PEM` };
  return { trust: { topics, certificates } };
} // prettier-ignore
