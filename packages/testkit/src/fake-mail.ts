import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from "smtp-server";
import type { SelfSigned } from "./self-signed.ts";

interface FakeMailMessage {
  readonly from: string;
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly user: string | null;
  /** As it came over the wire, header and body. */
  readonly source: string;
}

/** Refuses a recipient or a message with a reply of SMTP; null takes it. `hang` never answers. */
type Refusal = { readonly code: number; readonly text: string } | "hang" | null;

export interface FakeMail extends AsyncDisposable {
  readonly port: number;
  readonly messages: FakeMailMessage[];
  /** Connections that were opened to it so far. */
  readonly connections: () => number;
  /** How the next messages and recipients are met. */
  meet(how: { readonly message?: Refusal; readonly recipient?: (address: string) => Refusal }): void;
}

interface FakeMailInput {
  /** Without one it knows no TLS. */
  readonly tls?: SelfSigned;
  /** TLS from the first byte instead of STARTTLS. */
  readonly implicit?: boolean;
  readonly credentials?: { readonly user: string; readonly password: string };
}

type Answer = (error?: Error | null) => void;

function settle(refusal: Refusal, answer: Answer): void {
  if (refusal === "hang") return;
  answer(refusal && Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
}

function optionsOf({ tls, implicit = false, credentials }: FakeMailInput): SMTPServerOptions {
  return {
    secure: implicit,
    ...(tls ? { key: tls.key, cert: tls.certificate } : {}),
    disabledCommands: [...(tls ? [] : ["STARTTLS"]), ...(credentials ? [] : ["AUTH"])],
    authOptional: credentials === undefined,
    logger: false,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _session, answer) => {
      const right = username === credentials?.user && password === credentials?.password;
      answer(right ? null : Object.assign(new Error("Who are you?"), { responseCode: 535 }), right ? { user: username } : undefined);
    },
  };
}

const userOf = ({ user }: SMTPServerSession) => (typeof user === "string" ? user : null);

/** A real SMTP server on a free port of loopback that keeps what it takes. */
export async function startFakeMail(input: FakeMailInput = {}): Promise<FakeMail> {
  const messages: FakeMailMessage[] = [];
  let connections = 0;
  let how: Parameters<FakeMail["meet"]>[0] = {};
  const server = new SMTPServer({
    ...optionsOf(input),
    onConnect: (_session, answer) => {
      connections += 1;
      answer();
    },
    onRcptTo: ({ address }, _session, answer) => settle(how.recipient?.(address) ?? null, answer),
    onData: (stream, session, answer) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.once("end", () => {
        const refusal = how.message ?? null;
        const { mailFrom, rcptTo } = session.envelope;
        if (refusal === null)
          messages.push({
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            secure: session.secure,
            user: userOf(session),
            source: Buffer.concat(chunks).toString("utf8"),
          });
        settle(refusal, answer);
      });
    },
  });
  // What a client that goes away in the middle leaves behind.
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  return {
    port: (server.server.address() as AddressInfo).port,
    messages,
    connections: () => connections,
    meet: (next) => void (how = next),
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
