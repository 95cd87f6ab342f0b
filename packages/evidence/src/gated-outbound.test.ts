import { setImmediate as turn } from "node:timers/promises";
import type { Outbound, OutboundTarget } from "@sre/service-kit";
import { expect, test } from "vitest";
import { createMemoryGate } from "./gate.ts";
import { gatedOutbound, withPriority } from "./gated-outbound.ts";

const target = (name: string, connectionsMax: number): OutboundTarget => ({
  name,
  baseUrl: "http://127.0.0.1:9",
  deadlineMs: 1_000,
  responseBytesMax: 1_000,
  attemptsMax: 1,
  connectionsMax,
});

/** Answers after a turn of the loop, and notes which paths it was sent in which order and how many were under way at most. */
function recorder() {
  const seen = { inside: 0, most: 0, paths: [] as string[] };
  const factory = (of: OutboundTarget): Outbound => ({
    target: of,
    async send({ path }) {
      seen.paths.push(path);
      seen.most = Math.max(seen.most, ++seen.inside);
      await turn();
      seen.inside--;
      return { kind: "answered", status: 200, headers: {}, body: new Uint8Array(), tookMs: 1 };
    },
    breakerState: () => "closed",
    close: async () => undefined,
  });
  return { seen, factory };
}

const get = (path: string, signal = new AbortController().signal) => ({ method: "GET" as const, path, signal });

test("never has more calls under way than the target's cap, whoever sends them", async () => {
  const { seen, factory } = recorder();
  const gate = createMemoryGate();
  const [one, other] = [gatedOutbound(factory, gate)(target("busy", 3)), gatedOutbound(factory, gate)(target("busy", 3))];
  await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? one : other).send(get(`/${i}`))));
  expect(seen).toMatchObject({ most: 3, inside: 0 });
  expect(seen.paths).toHaveLength(20);
});

test("a call waits behind those of a more severe incident, and goes before those of nobody's", async () => {
  const { seen, factory } = recorder();
  const outbound = gatedOutbound(factory, createMemoryGate())(target("one", 1));
  const sent = [
    withPriority(9, () => outbound.send(get("/first"))),
    outbound.send(get("/nobody")),
    withPriority(3, () => outbound.send(get("/info"))),
    withPriority(0, () => outbound.send(get("/critical"))),
  ];
  await Promise.all(sent);
  expect(seen.paths).toEqual(["/first", "/critical", "/info", "/nobody"]);
});

test("who gives up while it waits sends nothing, and keeps no place", async () => {
  const { seen, factory } = recorder();
  const outbound = gatedOutbound(factory, createMemoryGate())(target("one", 1));
  const impatient = new AbortController();
  const first = outbound.send(get("/first"));
  const waiting = outbound.send(get("/never", impatient.signal));
  impatient.abort();
  expect(await waiting).toMatchObject({ kind: "failed", because: "cancelled" });
  await first;
  expect(await outbound.send(get("/next"))).toMatchObject({ kind: "answered" });
  expect(seen.paths).toEqual(["/first", "/next"]);
});
