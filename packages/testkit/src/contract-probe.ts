import type { HttpServer } from "@sre/service-kit";
import { createApiContract, type ApiDocument, type DocumentedOperation, type ObservedReply } from "./api-contract.ts";

/** A request to one operation; its method is the document's. */
export interface ContractCall {
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
}

/** What the refusals that every operation shares are provoked with. */
interface ContractRefusals {
  /** A call that would succeed. */
  readonly call: ContractCall;
  /** Headers of a caller who is known and may do nothing. */
  readonly powerless: Readonly<Record<string, string>>;
  /** Values for the parameters of the path that name nothing. */
  readonly absent: Readonly<Record<string, string>>;
  readonly bodyBytesMax: number;
  /** Statuses that this operation has reasons of its own for. */
  readonly own: readonly number[];
}

/** Sends real requests, holds each reply against the document, and remembers what was seen. */
export interface ContractProbe {
  readonly operations: readonly DocumentedOperation[];
  /** Sends the call; throws unless it is answered with `status` as the document declares it. */
  provoke(id: string, status: number, call: ContractCall): Promise<ObservedReply>;
  /** Provokes the declared refusals of what stands before the handler, and of a path that names nothing. */
  refuse(id: string, given: ContractRefusals): Promise<void>;
  /** `<operation> <status>` of everything declared and not yet observed. */
  missing(): string[];
}

const httpBodyMargin = 64;

function matches(template: string, path: string): boolean {
  const parts = template.split("/");
  const given = (path.split("?", 1)[0] ?? "").split("/");
  return parts.length === given.length && parts.every((part, index) => part.startsWith("{") || part === given[index]);
}

function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? "");
}

const withoutCredentials = ({ authorization: _authorization, cookie: _cookie, ...rest }: Readonly<Record<string, string>>) => rest;

/** The calls that provoke the refusals which do not depend on what an operation does. */
function refusalsFor({ path }: DocumentedOperation, given: ContractRefusals): Readonly<Record<number, ContractCall>> {
  const { call, powerless, absent, bodyBytesMax } = given;
  const headers = call.headers ?? {};
  return {
    400: { ...call, path: `${call.path}${call.path.includes("?") ? "&" : "?"}unknown_parameter=1` },
    401: { ...call, headers: withoutCredentials(headers) },
    403: { ...call, headers: { ...withoutCredentials(headers), ...powerless } },
    404: { ...call, path: filled(path, absent) },
    413: { ...call, body: `"${"x".repeat(bodyBytesMax + httpBodyMargin)}"` },
    415: { ...call, headers: { ...headers, "content-type": "image/png" }, body: "plain" },
  };
}

/** A stream is over for us at its first piece: it may have no end. */
async function firstPiece(stream: AsyncIterable<Buffer | string> & { destroy(): unknown }): Promise<string> {
  for await (const piece of stream) return piece.toString();
  return "";
}

/** Sends a call as JSON and reads its answer; of a stream only the beginning. */
export async function sendCall(
  inject: HttpServer["inject"],
  method: DocumentedOperation["method"],
  { path, headers, body }: ContractCall,
): Promise<ObservedReply> {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  const payload = body === undefined ? {} : { payload: typeof body === "string" ? body : JSON.stringify(body) };
  const reply = await inject({ method, url: path, headers: { ...json, ...headers }, ...payload, payloadAsStream: true });
  const streams = String(reply.headers["content-type"]).startsWith("text/event-stream");
  const text = streams ? await firstPiece(reply.stream()) : (await reply.stream().toArray()).join("");
  return { status: reply.statusCode, headers: reply.headers, text };
}

/** Probes a service, reached by `inject`, against its document. */
export function createContractProbe(document: ApiDocument, inject: () => HttpServer["inject"]): ContractProbe {
  const contract = createApiContract(document);

  async function send(operation: DocumentedOperation, call: ContractCall): Promise<ObservedReply> {
    if (!matches(operation.path, call.path)) throw new Error(`${call.path} does not lead to ${operation.id}.`);
    return sendCall(inject(), operation.method, call);
  }

  async function provoke(id: string, status: number, call: ContractCall): Promise<ObservedReply> {
    const reply = await send(contract.operation(id), call);
    if (reply.status !== status) throw new Error(`${id} answered ${reply.status} instead of ${status}: ${reply.text.slice(0, 500)}`);
    contract.observe(id, reply);
    return reply;
  }

  return {
    operations: contract.operations,
    missing: () => contract.missing(),
    provoke,
    async refuse(id, given) {
      const operation = contract.operation(id);
      const calls = refusalsFor(operation, given);
      for (const status of operation.statuses.filter((one) => !given.own.includes(one))) {
        const call = calls[status];
        if (call) await provoke(id, status, call);
      }
    },
  };
}
