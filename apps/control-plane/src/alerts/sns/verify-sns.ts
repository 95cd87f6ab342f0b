import type { X509Certificate } from "node:crypto";
import type { SnsMessage } from "@sre/contracts/webhooks";
import { RuleBroken, type CallContext, type Outbound, type OutboundFactory } from "@sre/service-kit";
import { inForce, isSignedBy } from "./sns-signature.ts";
import { certificateOf, regionOfTopic, snsLimits, type SnsTrust } from "./sns-trust.ts";

const fetchLimits = { deadlineMs: 5_000, responseBytesMax: 65_536, attemptsMax: 2, connectionsMax: 2 } as const;
const retryAfterSeconds = 30;
const certificatePath = /^\/SimpleNotificationService-[A-Za-z0-9]{1,100}\.pem$/;

/** Throws RuleBroken unauthenticated where a message is not from a topic of ours or not signed by Amazon, unavailable where that cannot be told. */
export type VerifySns = (ctx: CallContext, message: SnsMessage) => Promise<void>;

function refuse(field: string, detail: string, nextStep: string): never {
  throw new RuleBroken("unauthenticated", detail, { field: `body.${field}`, nextStep });
}

const unavailable = (detail: string) => new RuleBroken("unavailable", detail, { retryAfterSeconds });

/** The address of a certificate, if it is Amazon's own for the region of the topic. A message chooses no other host, path or port. */
export function certificateAddress(text: string | undefined, topic: string): URL | null {
  const url = URL.parse(text ?? "");
  const region = regionOfTopic(topic);
  if (url === null || region === null) return null;
  const host = `sns.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
  return url.href === `https://${host}${url.pathname}` && certificatePath.test(url.pathname) ? url : null;
}

interface Fetching {
  readonly outbound: OutboundFactory;
  readonly stack: AsyncDisposableStack;
}

/** Fetches certificates of Amazon's, each once. */
function openCertificates({ outbound, stack }: Fetching): (url: URL, signal: AbortSignal) => Promise<X509Certificate> {
  const hosts = new Map<string, Outbound>();
  const known = new Map<string, X509Certificate>();
  const targetOf = (origin: string): Outbound => {
    const open = hosts.get(origin) ?? outbound({ name: "sns certificates", baseUrl: origin, ...fetchLimits });
    if (!hosts.has(origin)) stack.defer(() => open.close());
    hosts.set(origin, open);
    return open;
  };
  return async (url, signal) => {
    const before = known.get(url.href);
    if (before) return before;
    const result = await targetOf(url.origin).send({ method: "GET", path: url.pathname, signal });
    const certificate = result.kind === "answered" ? certificateOf(new TextDecoder().decode(result.body)) : null;
    if (certificate === null) throw unavailable("The certificate of Amazon SNS could not be fetched.");
    // Amazon has a few at a time; were there more, the oldest goes.
    if (known.size >= snsLimits.certificatesMax) known.delete(known.keys().next().value ?? "");
    known.set(url.href, certificate);
    return certificate;
  };
}

/** Checks that messages come from Amazon SNS and from the operator's topics. */
export function openSnsVerifier({ topics, certificates: pinned }: SnsTrust, fetching: Fetching): VerifySns {
  const fetched = openCertificates(fetching);
  const certificatesFor = async (ctx: CallContext, { SigningCertURL, TopicArn = "" }: SnsMessage): Promise<readonly X509Certificate[]> => {
    const url = certificateAddress(SigningCertURL, TopicArn);
    if (url === null) return refuse("SigningCertURL", "The certificate is not at an address of Amazon SNS for the topic's region.", "Do not trust the sender.");
    return pinned ?? [await fetched(url, ctx.signal)];
  }; // prettier-ignore
  return async (ctx, message) => {
    const { Type, TopicArn = "", Signature, SignatureVersion } = message;
    if (Type === undefined || Signature === undefined)
      return refuse("Signature", "Only signed messages of Amazon SNS are taken.", "Switch raw message delivery off for this subscription.");
    if (!topics.has(TopicArn)) return refuse("TopicArn", "This topic is not among those that are trusted.", "If it is yours, add it to SNS_TOPIC_ARNS.");
    if (SignatureVersion !== "1" && SignatureVersion !== "2")
      return refuse("SignatureVersion", "Only versions 1 and 2 of the signature are known.", "Set the topic's SignatureVersion to 2.");
    const valid = (await certificatesFor(ctx, message)).filter((certificate) => inForce(certificate, ctx.at));
    if (valid.length === 0) throw unavailable("No certificate of Amazon SNS is in force; the operators have to renew SNS_CERTIFICATES_FILE.");
    if (!isSignedBy(message, valid))
      return refuse("Signature", "No trusted certificate signed this message.", "If Amazon has a new certificate, add it to SNS_CERTIFICATES_FILE.");
  }; // prettier-ignore
}
