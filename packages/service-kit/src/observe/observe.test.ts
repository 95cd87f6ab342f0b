import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { createLog, type Log } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { scrub, scrubText } from "./scrub.ts";
import { currentTraceId, currentTraceparent, openSpan, runWithTraceparent, startTracing } from "./tracing.ts";

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEiLCJhIjoxfQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";
const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

function capture(level = "info"): { log: Log; lines: () => Record<string, unknown>[] } {
  const written: string[] = [];
  const log = createLog({ service: "test", level, destination: { write: (line) => void written.push(line) } });
  return { log, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe("a log line", () => {
  test("is JSON with time, level, service and the trace id of the work at hand", async () => {
    const { log, lines } = capture();
    await runWithTraceparent(parent, async () => log.info({ port: 1 }, "listening"));
    log.info("outside");
    expect(lines()[0]).toMatchObject({
      level: "info",
      service: "test",
      port: 1,
      msg: "listening",
      trace_id: "0af7651916cd43dd8448eb211c80319c",
    });
    expect(lines()[1]).not.toHaveProperty("trace_id");
  });

  test("holds no token, password or credential, wherever it hides", () => {
    const { log, lines } = capture();
    const error = new Error(`connect postgres://user:hunter2@db/x with Bearer ${jwt}`);
    log.info(
      {
        headers: { authorization: `Bearer ${jwt}`, cookie: "a=hunter2" },
        list: [{ clientSecret: "hunter2" }],
        url: "redis://:hunter2@r",
        password: "hunter2",
      },
      `token=hunter2 and ${jwt}`,
    );
    log.error({ err: error }, "failed");
    expect(JSON.stringify(lines())).not.toMatch(/hunter2|eyJhbGci/);
    expect(lines()[1]?.["err"]).toMatchObject({ type: "Error", message: expect.stringContaining("postgres://[redacted]@db/x") });
  });

  test("is one line, whatever stands in it", () => {
    const written: string[] = [];
    const log = createLog({ service: "test", level: "info", destination: { write: (line) => void written.push(line) } });
    log.info({ label: 'a\r\n{"level":"fatal"}\u001b[31m' }, "evil\nmessage");
    expect(written).toHaveLength(1);
    expect(written[0]?.trimEnd()).not.toMatch(/\p{Cc}/u);
  });

  test("is written from the level on that is set", () => {
    const { log, lines } = capture("warn");
    log.info("quiet");
    log.warn("loud");
    expect(lines().map((line) => line["msg"])).toEqual(["loud"]);
  });
});

describe("scrubbing", () => {
  test("leaves trace ids, fingerprints and ordinary words alone", () => {
    const text = "trace 0af7651916cd43dd8448eb211c80319c span b7ad6b7169203331 tokens used: 12, password reset";
    expect(scrubText(text)).toBe(text);
    expect(scrub({ trace_id: "0af7651916cd43dd8448eb211c80319c", token_count: 5, keys: ["a"] })).toEqual({
      trace_id: "0af7651916cd43dd8448eb211c80319c",
      token_count: 5,
      keys: ["a"],
    });
  });

  test("ends in values that contain themselves", () => {
    const loop: Record<string, unknown> = { name: "a" };
    loop["self"] = loop;
    expect(JSON.stringify(scrub(loop))).toContain("[deep]");
  });
});

describe("a trace", () => {
  test("goes on from a traceparent through awaits, and is gone outside", async () => {
    await runWithTraceparent(parent, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      expect(currentTraceId()).toBe("0af7651916cd43dd8448eb211c80319c");
      expect(currentTraceparent()).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
      expect(currentTraceparent()).not.toBe(parent);
    });
    expect([currentTraceId(), currentTraceparent()]).toEqual(["0".repeat(32), ""]);
  });

  test.each(["", "garbage", "00-zz-zz-01", `00-${"0".repeat(32)}-b7ad6b7169203331-01`])(
    "begins anew at the traceparent %j",
    async (traceparent) => {
      const id = await runWithTraceparent(traceparent, async () => currentTraceId());
      expect(id).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    },
  );

  test("of work that fails is ended, and the failure is the caller's", async () => {
    await expect(runWithTraceparent(parent, () => Promise.reject(new Error("job failed")))).rejects.toThrow("job failed");
  });

  test("reaches a collector when there is one", async () => {
    const bodies: string[] = [];
    const collector = createServer((request, response) => {
      request.on("data", (chunk: Buffer) => bodies.push(`${request.url} ${chunk.toString("latin1")}`)).on("end", () => response.end("{}"));
    });
    await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
    const tracing = startTracing({ service: "traced", exporterUrl: `http://127.0.0.1:${(collector.address() as AddressInfo).port}` });
    openSpan("work of a test", { kind: "internal" }).end({ failed: false });
    await tracing.shutdown();
    startTracing({ service: "test" });
    expect(bodies.join()).toMatch(/^\/v1\/traces .*traced.*work of a test/s);
    collector.close();
  });
});

test("metrics have the names that dashboards and alert rules know", async () => {
  const metrics = createMetrics("test");
  metrics.httpRequest({ method: "GET", route: "/x", status: 200 }, 0.1);
  metrics.outboundCall("peer", "answered", 0.1);
  metrics.cache("sources", "hit");
  metrics.diagnosis("reported", 3);
  metrics.queue("diagnoses", 4, 5);
  metrics.breaker("peer", "half_open");
  const text = await metrics.registry.metrics();
  const samples = [
    /^http_request_duration_seconds_count\{.*method="GET",route="\/x",status="200".*\} 1$/m,
    /^outbound_call_duration_seconds_count\{.*target="peer",result="answered".*\} 1$/m,
    /^cache_requests_total\{.*cache="sources",result="hit".*\} 1$/m,
    /^diagnosis_duration_seconds_count\{.*outcome="reported".*\} 1$/m,
    /^queue_depth\{.*queue="diagnoses".*\} 4$/m,
    /^queue_oldest_age_seconds\{.*queue="diagnoses".*\} 5$/m,
    /^breaker_state\{.*target="peer".*\} 1$/m,
    /^process_resident_memory_bytes/m,
  ];
  for (const sample of samples) expect(text).toMatch(sample);
});
