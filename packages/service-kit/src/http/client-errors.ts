import type { Problem } from "@sre/contracts/shared";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

const statusOfCode: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };
const codeOfStatus: Readonly<Record<number, string>> = { 400: "malformed_request", 408: "request_timeout", 431: "headers_too_large" };

/** Answers what is no HTTP, or came too slowly, with problem+json, and closes the connection. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statusOfCode[error.code ?? ""] ?? 400;
  const title = STATUS_CODES[status] ?? "Bad Request";
  const body: Problem = {
    type: "about:blank",
    title,
    status,
    code: codeOfStatus[status] ?? "malformed_request",
    detail: "The request could not be read.",
    next_step: "Send a well-formed HTTP/1.1 request in time.",
    retryable: false,
    trace_id: "",
  };
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    "content-type: application/problem+json; charset=utf-8",
    `content-length: ${Buffer.byteLength(text)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${text}`, () => socket.destroy());
}
