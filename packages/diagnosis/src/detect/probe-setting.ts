import { listAt, numberAt, textAt } from "../fields.ts";
import type { Fields } from "../seen/estate.ts";

/* Probes of a container as Kubernetes runs them (kubernetes.io: Configure Liveness, Readiness and Startup Probes), with its defaults. */

export type ProbeWord = "liveness" | "readiness" | "startup";

export interface ProbeSetting {
  readonly type: "httpGet" | "tcpSocket" | "grpc" | "exec";
  /** The port that is asked, resolved to a number; null when its name stands for none, undefined when it asks no port. */
  readonly port: number | null | undefined;
  readonly portText: string;
  /** Seconds from the start of the container until it is given up. */
  readonly budgetSeconds: number;
  readonly container: string;
  /** Ports that the container declares. */
  readonly ports: readonly number[];
}

const types = ["httpGet", "tcpSocket", "grpc", "exec"] as const;

const fieldsAt = (fields: Fields, key: string): Fields => {
  const value = fields[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
};

function portOf(container: Fields, action: Fields): Pick<ProbeSetting, "port" | "portText"> {
  const port = action["port"];
  if (typeof port === "number") return { port, portText: String(port) };
  if (typeof port !== "string") return { port: undefined, portText: "" };
  if (/^\d{1,5}$/.test(port)) return { port: Number(port), portText: port };
  const named = listAt(container, "ports").find((one) => textAt(one, "name") === port);
  return { port: numberAt(named, "containerPort"), portText: port };
}

/** A probe of a container; null when it has none of that kind. */
export function probeOf(container: Fields, word: ProbeWord): ProbeSetting | null {
  const probe = fieldsAt(container, `${word}Probe`);
  const type = types.find((each) => each in probe);
  if (type === undefined) return null;
  const [delay, period, threshold] = [numberAt(probe, "initialDelaySeconds") ?? 0, numberAt(probe, "periodSeconds") ?? 10, numberAt(probe, "failureThreshold") ?? 3];
  return {
    type,
    ...portOf(container, fieldsAt(probe, type)),
    budgetSeconds: delay + period * threshold,
    container: textAt(container, "name"),
    ports: listAt(container, "ports").flatMap((one) => numberAt(one, "containerPort") ?? []),
  };
} // prettier-ignore

// What HTTP, gRPC and TLS clients say when the other side speaks something else.
const otherProtocol =
  /malformed HTTP|HTTP\/1\.x transport connection broken|server gave HTTP response to HTTPS client|first record does not look like a TLS handshake|Unimplemented|server preface|http2: |wrong version number|unexpected (http|content-type)|does not support the gRPC/i;

/** Whether a probe's failure says that the other side answers in another protocol. */
export const saysOtherProtocol = (message: string): boolean => otherProtocol.test(message);

/** Whether a probe's failure says that nobody listens where it asks. */
export const saysNobodyListens = (message: string): boolean =>
  /connection refused|failed to connect|no route to host|connect: |context deadline exceeded|timeout|i\/o timeout/i.test(message);
