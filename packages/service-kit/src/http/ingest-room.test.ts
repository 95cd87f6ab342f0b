import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Problem, type Operation } from "@sre/contracts/shared";
import { expect, test } from "vitest";
import { limitIngest } from "./ingest-room.ts";

const operation = (path: `/${string}`, authentication: Operation["authentication"]): Operation => ({
  method: "POST", path, summary: "", tag: "t", authentication, scope: null, responses: { 204: null }, problems: [],
}); // prettier-ignore
const operations = { hook: operation("/hooks/a", "ingest"), custom: operation("/hooks/custom/{sender}", "ingest"), note: operation("/notes", "public") }; // prettier-ignore

/** A server that holds what it is asked until it is told to answer. */
async function holding(max: number) {
  const held: ServerResponse[] = [];
  const seen: { route: string; status: number }[] = [];
  const server = createServer((_, response) => void held.push(response));
  const httpRequest = ({ route, status }: { route: string; status: number }) => void seen.push({ route, status });
  limitIngest(server, { operations, max, retryAfterSeconds: 7, metrics: { httpRequest } });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (path: string, body = "{}") => fetch(`${url}${path}`, { method: "POST", body });
  const reached = async (count: number) => {
    while (held.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const answerAll = () => held.splice(0).forEach((response) => response.writeHead(204).end());
  return { post, reached, answerAll, seen, close: () => (server.closeAllConnections(), server.close()) };
}

test("deliveries beyond those in flight are refused with 503 and a time to come back, whatever the address of the sender", async () => {
  const { post, reached, answerAll, seen, close } = await holding(2);
  const running = [post("/hooks/a"), post("/hooks/custom/mine?x=1")];
  await reached(2);
  for (const path of ["/hooks/a", "/hooks/custom/other"]) {
    const answer = await post(path, "x".repeat(1_000));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "7"]);
    const problem = Problem.parse(await answer.json());
    expect(problem).toMatchObject({ code: "overloaded", retryable: true, trace_id: answer.headers.get("x-request-id") });
  }
  expect(seen).toEqual([{ route: "/hooks/a", status: 503 }, { route: "/hooks/custom/:sender", status: 503 }]);
  answerAll();
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([204, 204]);
  const after = post("/hooks/a");
  await reached(1);
  answerAll();
  expect((await after).status).toBe(204);
  close();
}); // prettier-ignore

test("people are served while senders are refused, and count for nothing", async () => {
  const { post, reached, answerAll, close } = await holding(1);
  const running = [post("/hooks/a"), post("/notes"), post("/notes")];
  await reached(3);
  answerAll();
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([204, 204, 204]);
  close();
});

test("a refused body that is too large to be read to its end closes its connection", async () => {
  const { post, reached, answerAll, close } = await holding(1);
  const running = post("/hooks/a");
  await reached(1);
  const answer = await post("/hooks/a", "x".repeat(200_000)).catch((error: unknown) => error);
  // The sender sees the answer, or the end of the connection while it still sends: both are tried again.
  if (answer instanceof Response) expect([answer.status, answer.headers.get("connection")]).toEqual([503, "close"]);
  else expect(answer).toBeInstanceOf(Error);
  answerAll();
  expect((await running).status).toBe(204);
  close();
});
