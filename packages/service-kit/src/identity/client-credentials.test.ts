import { afterEach, beforeEach, expect, test } from "vitest";
import { createLog } from "../observe/log.ts";
import { createMetrics } from "../observe/metrics.ts";
import { createOutboundFactory } from "../outbound/outbound.ts";
import { createClientCredentials, type ClientCredentials } from "./client-credentials.ts";
import { startFakeIssuer, steppedClock, type FakeIssuer } from "./testing/fake-issuer.ts";

let issuer: FakeIssuer;
let clock: ReturnType<typeof steppedClock>;
let credentials: ClientCredentials;

beforeEach(async () => {
  issuer = await startFakeIssuer("assistant");
  clock = steppedClock();
  const outbound = createOutboundFactory({ metrics: createMetrics("test"), log: createLog({ service: "test", level: "silent" }), clock });
  credentials = createClientCredentials({
    issuer: issuer.url,
    clientId: "control-plane",
    clientSecret: "a secret",
    audience: "assistant",
    scopes: ["diagnostics:run"],
    outbound,
    clock,
  });
});
afterEach(() => issuer.close());

const tokensAsked = () => issuer.asked.filter((path) => path === "/token").length;

test("one token serves all callers until half a minute before it ends", async () => {
  const tokens = await Promise.all(Array.from({ length: 20 }, () => credentials.token()));
  expect(new Set(tokens).size).toBe(1);
  expect(tokensAsked()).toBe(1);
  clock.advance(269_000);
  await credentials.token();
  expect(tokensAsked()).toBe(1);
  clock.advance(2_000);
  expect(await credentials.token()).not.toBe(tokens[0]);
  expect(tokensAsked()).toBe(2);
});

test("an issuer that fails gives unavailable, and a token once it works again", async () => {
  await credentials.token();
  clock.advance(300_000);
  issuer.status = 500;
  await expect(credentials.token()).rejects.toMatchObject({ code: "unavailable" });
  issuer.status = 200;
  expect(await credentials.token()).toMatch(/^token-/);
});

test("a caller who gives up stops waiting", async () => {
  await expect(credentials.token(AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
});
