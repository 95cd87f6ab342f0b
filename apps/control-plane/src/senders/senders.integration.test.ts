import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Alert, Incident, TimelineEntry } from "@sre/contracts/control-plane";
import { testDatabases } from "@sre/testkit";
import { eventually, ingestToken, openHarness, webhook, type Caller, type Harness } from "../testing/harness.ts";
import { sampleAlert } from "../testing/sample-alert.ts";
import { noteOwnPresence } from "../watchdogs/report-gap.ts";

const url = process.env["ALERTMANAGER_URL"] ?? "";
const run = Date.now().toString(36);
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

interface Has {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly receivers: readonly { readonly name: string }[];
}

describe.skipIf(url === "")("asking a real Alertmanager", () => {
  let harness: Harness;
  let call: Caller;
  beforeAll(async () => {
    harness = await openHarness(testDatabases[0]!, { env: { ALERTMANAGER_URL: url, ALERTMANAGER_ASK_SECONDS: "1" } });
    call = await harness.as();
    // It is believed when it has run for as long as it is waited for.
    await new Promise((done) => setTimeout(done, 1_500));
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  const labelsOf = (service: string) => ({ alertname: "HighErrorRate", severity: "error", cluster: `real-${run}`, service });
  const post = async (alerts: readonly object[]): Promise<void> => {
    const headers = { "content-type": "application/json" };
    const reply = await fetch(`${url}/api/v2/alerts`, { method: "POST", headers, body: JSON.stringify(alerts) });
    expect(reply.status).toBe(200);
  };
  const theirs = async (service: string): Promise<Has | undefined> => {
    const all = (await (await fetch(`${url}/api/v2/alerts`)).json()) as Has[];
    return all.find(({ labels }) => labels["service"] === service && labels["cluster"] === `real-${run}`);
  };
  const deliver = async (known: Has): Promise<string[]> => {
    const { fingerprint, labels, startsAt, receivers } = known;
    const alert = { ...sampleAlert({ fingerprint, startsAt }), labels };
    const body = { ...webhook([alert]), receiver: receivers[0]?.name };
    const reply = await call("/api/v1/webhooks/alertmanager", { body, headers: { authorization: `Bearer ${ingestToken}` } });
    return (reply.body as { incident_ids: string[] }).incident_ids;
  };
  const status = async (service: string) => {
    const { items } = (await call(`/api/v1/alerts?search=${service}`)).body as { items: Alert[] };
    return items[0]?.status;
  };

  test("after a gap, what ended meanwhile is resolved, what fires goes on, and what was never sent is told", async () => {
    const [startsAt, endsAt] = [minutesAgo(30), new Date(Date.now() + 600_000).toISOString()];
    await post(["ends", "stays", "unsent"].map((service) => ({ labels: labelsOf(service), startsAt, endsAt })));
    const [ends, stays] = [await theirs("ends"), await theirs("stays")];
    const [incident] = await deliver(ends!);
    await deliver(stays!);
    await post([{ labels: labelsOf("ends"), startsAt, endsAt: new Date(Date.now() - 1_000).toISOString() }]);
    await eventually(async () => (await theirs("ends")) === undefined);
    const { app } = harness.controlPlane;
    await noteOwnPresence(app);
    await app.database.kysely
      .updateTable("intake_presence")
      .set({ seen_at: new Date(minutesAgo(20)) })
      .execute();
    await noteOwnPresence(app);
    await eventually(async () => (await status("ends")) === "resolved");
    expect(await status("stays")).toBe("firing");
    const { items } = (await call(`/api/v1/incidents/${incident}/timeline`)).body as { items: TimelineEntry[] };
    expect(items.map(({ text }) => text.en)).toContainEqual(expect.stringContaining("Alertmanager was asked and no longer has it"));
    const told = await eventually(async () => {
      const { items: incidents } = (await call("/api/v1/incidents?limit=50")).body as { items: Incident[] };
      return incidents.find(({ title }) => title.startsWith("Alertmanager has alerts"));
    });
    const { items: entries } = (await call(`/api/v1/incidents/${told.id}/timeline`)).body as { items: TimelineEntry[] };
    expect(entries[0]?.text.en).toContain("HighErrorRate (unsent)");
  });
});
