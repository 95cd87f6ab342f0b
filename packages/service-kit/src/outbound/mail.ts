import { createTransport, type NodemailerError } from "nodemailer";
import type { Clock } from "../lifecycle/clock.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import { openSpan } from "../observe/tracing.ts";
import { Breaker } from "./breaker.ts";
import type { FailureReason } from "./types.ts";

/** The server that takes our mail; every bound is part of its name card. */
interface MailTarget {
  /** Label of its metrics and breaker. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte, `starttls` or nothing is sent, `none` in the clear. */
  readonly security: "tls" | "starttls" | "none";
  readonly credentials: { readonly user: string; readonly password: string } | null;
  /** Certificates in PEM to be trusted instead of the system's. */
  readonly ca: string | null;
  /** For one message, the wait for a connection included. */
  readonly deadlineMs: number;
  readonly connectionsMax: number;
}

export interface MailMessage {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** Without the angle brackets; the same when it is sent again. */
  readonly messageId: string;
  /** Message of the thread that this one belongs to, without the brackets. */
  readonly thread: string;
  readonly at: Date;
  readonly signal: AbortSignal;
}

type MailResult =
  | { readonly kind: "answered"; /** Recipients that the server did not take while it took others. */ readonly refused: readonly string[] }
  | {
      readonly kind: "failed";
      readonly because: FailureReason;
      /** For operators; names no secret. */
      readonly detail: string;
      /** Whether the server said that asking again cannot help. */
      readonly final: boolean;
    };

/** Mail through one server. `send` never rejects, settles within the deadline and does not retry. */
export interface MailOutbound extends AsyncDisposable {
  send(message: MailMessage): Promise<MailResult>;
}
export type MailFactory = (target: MailTarget) => MailOutbound;

const mailLimits = { connectTimeoutMs: 5_000, idleMs: 10_000, messagesPerConnectionMax: 100, subjectCharactersMax: 200, detailCharactersMax: 300 } as const; // prettier-ignore

// Whatever could end a header line or turn the reading direction.
const lineBreaking = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
const oneLine = (text: string, charactersMax: number) => text.replace(lineBreaking, " ").trim().slice(0, charactersMax);
const plainAddress = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*$/;

/** Whether this is an address as SMTP knows them without quoting: nothing in it can end a line or begin another recipient. */
export function isMailAddress(text: string): boolean {
  return text.length <= 254 && plainAddress.test(text);
}

function transportOf({ host, port, security, credentials, ca, deadlineMs, connectionsMax }: MailTarget) {
  return createTransport({
    pool: true,
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(credentials ? { auth: { user: credentials.user, pass: credentials.password } } : {}),
    tls: { minVersion: "TLSv1.2", ...(ca === null ? {} : { ca }) },
    connectionTimeout: mailLimits.connectTimeoutMs,
    greetingTimeout: mailLimits.connectTimeoutMs,
    socketTimeout: deadlineMs,
    idleTimeout: mailLimits.idleMs,
    maxConnections: connectionsMax,
    maxMessages: mailLimits.messagesPerConnectionMax,
    maxRequeues: 0,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

const reasons: Readonly<Record<string, FailureReason>> = {
  EAUTH: "denied",
  ENOAUTH: "denied",
  EPROTOCOL: "garbled",
  EENVELOPE: "refused",
  EMESSAGE: "refused",
};

/** What an error means. RFC 5321, 4.2.1: a reply of the form 5yz is for good, except 503 and refused TLS, which are about the session. */
function failureOf(error: NodemailerError, { late, cancelled }: { late: boolean; cancelled: boolean }): MailResult & { kind: "failed" } {
  const code = error.responseCode;
  const final = code !== undefined && code >= 500 && code !== 503 && error.code !== "ETLS";
  if (cancelled) return { kind: "failed", because: "cancelled", detail: "was given up by the caller", final: false };
  if (late) return { kind: "failed", because: "timeout", detail: "did not take the message within the deadline", final: false };
  const because = reasons[error.code ?? ""] ?? (code === undefined ? "unreachable" : "refused");
  const said = oneLine(error.response ?? error.message, mailLimits.detailCharactersMax);
  if (error.code === "ETLS") return { kind: "failed", because, detail: `could not be spoken to over TLS: ${said}`, final };
  return { kind: "failed", because, detail: code === undefined ? `could not be used: ${said}` : `answered ${said}`, final };
}

/** Makes the way to a mail server: connections, deadline, one breaker. What is sent is text alone, without files or links fetched. */
export function createMailFactory({ metrics, log, clock }: { metrics: Metrics; log: Log; clock: Clock }): MailFactory {
  return (target) => {
    const transport = transportOf(target);
    metrics.breaker(target.name, "closed");
    const breaker = new Breaker(clock, (state) => {
      metrics.breaker(target.name, state);
      log.warn({ target: target.name, breaker: state }, "breaker changed");
    });

    const deliver = async (message: MailMessage): Promise<MailResult> => {
      if (message.signal.aborted) return { kind: "failed", because: "cancelled", detail: "was not asked: the caller gave up", final: false };
      if (![message.from.address, ...message.to].every(isMailAddress)) return { kind: "failed", because: "refused", detail: "was not asked: an address is not a plain one", final: true };
      const ticket = breaker.enter();
      if (ticket === null) return { kind: "failed", because: "breaker_open", detail: "is not asked for a while after repeated failures", final: false };
      const deadline = AbortSignal.timeout(target.deadlineMs);
      try {
        const { rejected } = await transport.sendMail({
          from: { ...message.from, name: oneLine(message.from.name, mailLimits.subjectCharactersMax) },
          to: [...message.to],
          subject: oneLine(message.subject, mailLimits.subjectCharactersMax),
          text: message.text,
          messageId: `<${message.messageId}>`,
          inReplyTo: `<${message.thread}>`,
          references: `<${message.thread}>`,
          date: message.at,
          // RFC 3834: so that nobody's holiday notice answers.
          headers: { "Auto-Submitted": "auto-generated" },
          xMailer: false,
          signal: AbortSignal.any([message.signal, deadline]),
        });
        ticket.settle("good");
        return { kind: "answered", refused: rejected };
      } catch (error) {
        const failure = failureOf(error as NodemailerError, { late: deadline.aborted, cancelled: message.signal.aborted });
        ticket.settle(failure.because === "cancelled" ? "unclear" : failure.final ? "good" : "bad");
        return failure;
      }
    }; // prettier-ignore

    return {
      async send(message) {
        const started = clock.monotonicMs();
        const span = openSpan(`SMTP ${target.name}`, { kind: "client", attributes: { "peer.service": target.name } });
        const result = await span.run(() => deliver(message));
        const outcome = result.kind === "answered" ? "answered" : result.because;
        metrics.outboundCall(target.name, outcome, (clock.monotonicMs() - started) / 1_000);
        span.end({ failed: result.kind === "failed", attributes: { "outbound.outcome": outcome } });
        return result.kind === "answered" ? result : { ...result, detail: `${target.name} ${result.detail}` };
      },
      [Symbol.asyncDispose]: async () => transport.close({ force: true }),
    };
  };
}
