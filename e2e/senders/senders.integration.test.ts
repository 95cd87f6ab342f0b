import type { Alert, Incident, TimelineEntry } from "@sre/contracts/control-plane";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPlatform, type Platform } from "../flow/platform.ts";
import { alertmanager, faults, prometheus, type SenderProcess } from "./sender-processes.ts";

// The long form is OUTAGE_SECONDS=600.
const outageMs = Number(process.env["OUTAGE_SECONDS"] ?? "25") * 1_000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const limitMs = 60_000;

async function until<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    const found = await look().catch(() => null);
    if (found) return found;
    await sleep(250);
  }
  throw new Error(`not within ${limitMs / 1_000} s: ${what}`);
}

// Debian's packages are there where the test bed's variables are.
describe.skipIf(!process.env["ALERTMANAGER_URL"])("Prometheus and Alertmanager, unmodified", () => {
  const open = new AsyncDisposableStack();
  let platform: Platform;
  let fault: Awaited<ReturnType<typeof faults>>;
  let sender: { readonly prometheus: SenderProcess; readonly alertmanager: SenderProcess };

  beforeAll(async () => {
    fault = open.use(await faults());
    platform = await startPlatform({}, { INTAKE_GAP_SECONDS: "10" });
    open.defer(() => platform.close());
    const webhook = { url: `${platform.url}/api/v1/webhooks/alertmanager`, token: platform.ingestToken };
    const theirs = open.use(await alertmanager(platform.directory, webhook));
    const prom = open.use(await prometheus(platform.directory, { faultsUrl: fault.url, alertmanagerUrl: theirs.url }));
    sender = { prometheus: prom, alertmanager: theirs };
    await theirs.start();
    await prom.start();
  });
  afterAll(() => open.disposeAsync());

  const alertsOf = async (service: string): Promise<Alert[]> => {
    const { items } = await platform.call<{ items: Alert[] }>("GET", "/api/v1/alerts?limit=200");
    return items.filter(({ labels }) => labels["service"] === service);
  };
  const becomes = (service: string, status: Alert["status"]) =>
    until(`${service} is ${status}`, async () => {
      const all = await alertsOf(service);
      return all.length > 0 && all.every((alert) => alert.status === status) && all;
    });
  const turn = async (service: string, on: boolean) => {
    fault.set(service, on);
    await becomes(service, on ? "firing" : "resolved");
  };

  test("an alert fires once through restarts of ours and theirs, and is over when it is over", { timeout: 180_000 }, async () => {
    await turn("restarts", true);
    await platform.restartControlPlane({ signal: "SIGTERM", awayMs: 0 });
    for (const one of [sender.alertmanager, sender.prometheus]) {
      await one.kill();
      await one.start();
    }
    await platform.restartControlPlane({ signal: "SIGKILL", awayMs: 0 });
    // Long enough that all three have sent what they still know.
    await sleep(12_000);
    const fires = (await alertsOf("restarts")).filter(({ status }) => status === "firing");
    expect(fires).toHaveLength(1);
    await turn("restarts", false);
    // Whoever lost its memory gave the alert a new start; it stands in one incident all the same.
    expect(new Set((await alertsOf("restarts")).map(({ incident_id: id }) => id)).size).toBe(1);
  });

  test(
    "after an outage the state is right, and what fired and ended in it is told of as a gap",
    { timeout: outageMs + 240_000 },
    async () => {
      await turn("ends-meanwhile", true);
      await turn("goes-on", true);
      const away = platform.restartControlPlane({ signal: "SIGKILL", awayMs: outageMs });
      const begun = new Date();
      fault.set("ends-meanwhile", false);
      for (const service of ["begins-meanwhile", "comes-and-goes"]) fault.set(service, true);
      await sleep(6_000);
      fault.set("comes-and-goes", false);
      const over = new Date();
      await away;
      const states = { "ends-meanwhile": "resolved", "goes-on": "firing", "begins-meanwhile": "firing" } as const;
      for (const [service, status] of Object.entries(states)) expect(await becomes(service, status)).toHaveLength(1);
      expect(await alertsOf("comes-and-goes")).toEqual([]);
      const gap = await until("a gap", async () => {
        const { items } = await platform.call<{ items: Incident[] }>("GET", "/api/v1/incidents?limit=50");
        return items.find(({ title }) => title.startsWith("Alerts may have been missed"));
      });
      const { items } = await platform.call<{ items: TimelineEntry[] }>("GET", `/api/v1/incidents/${gap.id}/timeline`);
      const stretches = items.map(({ text }) => (text.en.match(/\d{4}-[\d:.T-]+Z/g) ?? []).map((instant) => Date.parse(instant)));
      expect(stretches.some(([from = Infinity, to = 0]) => from <= begun.getTime() && to >= over.getTime())).toBe(true);
    },
  );
});
