import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Alert, Incident, TimelineEntry } from "@sre/contracts/control-plane";
import { defaultTeamId, systemContext } from "@sre/service-kit";
import { quietLog, startFakeHttp, testDatabases, type FakeHttp } from "@sre/testkit";
import { openHarness, type Caller, type Harness } from "../testing/harness.ts";
import { resolved, sampleAlert } from "../testing/sample-alert.ts";
import { reportSilence } from "../watchdogs/report-silence.ts";
import { noteOwnPresence } from "../watchdogs/report-gap.ts";
import { askSender } from "./ask-sender.ts";
import { askQueue, type AskJob, type AskReason } from "./request-asking.ts";

type Sent = ReturnType<typeof sampleAlert>;

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const knownAs = (alert: Sent, more: object = {}) => ({
  fingerprint: alert["fingerprint"], labels: alert["labels"], annotations: {}, startsAt: alert["startsAt"], receivers: [{ name: "sre" }], status: { state: "active", silencedBy: [] }, ...more,
}); // prettier-ignore

describe.each(testDatabases)("asking the sender on $name", (database) => {
  let harness: Harness;
  let alertmanager: FakeHttp;
  let call: Caller;
  let has: object[] = [];
  let since = minutesAgo(600);
  beforeAll(async () => {
    alertmanager = await startFakeHttp({ json: {} });
    harness = await openHarness(database, { env: { ALERTMANAGER_URL: alertmanager.url } });
    call = await harness.as();
  });
  beforeEach(() => {
    since = minutesAgo(600);
    has = [];
    alertmanager.answer(({ path }) => ({ json: path.endsWith("/status") ? { uptime: since } : has }));
  });
  afterAll(async () => {
    await harness[Symbol.asyncDispose]();
    await alertmanager.close();
  });

  const app = () => harness.controlPlane.app;
  const ask = (because: AskReason, more: { lastAttempt?: boolean; incidentIds?: string[] } = {}) => {
    const ctx = systemContext({ teamId: defaultTeamId, traceId: "0".repeat(32), at: new Date(), log: quietLog, name: "control-plane", scopes: [] }); // prettier-ignore
    return askSender(app(), ctx, { because, incidentIds: [], lastAttempt: false, ...more });
  };
  const fire = (fingerprint: string, more: { service?: string; cluster?: string; startsAt?: string } = {}): Sent => {
    const { startsAt = minutesAgo(30), service = `s-${fingerprint}`, cluster = "eu-1" } = more;
    return sampleAlert({ fingerprint, labels: { service, cluster }, startsAt });
  };
  const statusOf = async (service: string): Promise<Alert["status"][]> => {
    const { items } = (await call(`/api/v1/alerts?search=${service}`)).body as { items: Alert[] };
    return items.filter(({ labels }) => labels["service"] === service).map(({ status }) => status);
  };
  const told = async (id: string): Promise<string[]> => {
    const { items } = (await call(`/api/v1/incidents/${id}/timeline`)).body as { items: TimelineEntry[] };
    return items.map(({ text }) => text.en);
  };
  const missing = async (): Promise<Incident[]> => {
    const { items } = (await call("/api/v1/incidents?limit=200")).body as { items: Incident[] };
    return items.filter(({ title }) => title.startsWith("Alertmanager has alerts"));
  };
  const audited = () =>
    app().database.kysely.selectFrom("audit_logs").select("detail").where("action", "=", "sender.ask").orderBy("at", "desc").limit(1).executeTakeFirst(); // prettier-ignore

  test("what it has no more is resolved, with the reason, and what it still has goes on", async () => {
    const [ended, stays] = [fire("a1"), fire("a2")];
    const { incident_ids: ids } = await harness.send([ended]);
    await harness.send([stays]);
    has = [knownAs(stays)];
    await ask("gap");
    expect([await statusOf("s-a1"), await statusOf("s-a2")]).toEqual([["resolved"], ["firing"]]);
    expect((await call(`/api/v1/incidents/${ids[0]}`)).body).toMatchObject({ alerts_firing: 0, alerts_total: 1 });
    expect(await told(ids[0]!)).toContain(
      "HighErrorRate resolved for s-a1. Alertmanager was asked and no longer has it; no message said so",
    );
    expect((await audited())?.detail).toMatchObject({ because: "gap", answer: "alerts", ended: 1 });
    await harness.send([{ ...ended }]);
    expect(await statusOf("s-a1")).toEqual(["firing"]);
    has = [knownAs(stays), knownAs(ended)];
    await ask("order");
    expect(await statusOf("s-a1")).toEqual(["firing"]);
  });

  test("one that was just started may not know all yet, and is not believed", async () => {
    const [one, other] = [fire("c1"), fire("c2")];
    const { incident_ids: ids } = await harness.send([one]);
    has = [knownAs(other)];
    since = minutesAgo(1);
    await expect(ask("silence")).rejects.toThrow("started at");
    await ask("order", { lastAttempt: true, incidentIds: ids });
    expect(await statusOf("s-c1")).toEqual(["firing"]);
    expect(await told(ids[0]!)).toContainEqual(expect.stringContaining(`it was started at ${since}`));
  });

  test("it speaks only for clusters of which it has an alert: those of another Alertmanager go on", async () => {
    await harness.send([fire("d1", { cluster: "us-2" }), fire("d2")]);
    has = [knownAs(fire("d3", { startsAt: minutesAgo(1) }))];
    await ask("gap");
    expect([await statusOf("s-d1"), await statusOf("s-d2")]).toEqual([["firing"], ["resolved"]]);
    expect((await audited())?.detail).toMatchObject({ left_firing: 1 });
  });

  test("what it has for long and did not come is told in one incident; what is new, silenced or for others is not", async () => {
    await harness.send([fire("e0")]);
    has = [
      knownAs(fire("e0")),
      knownAs(fire("e1", { startsAt: minutesAgo(2) })),
      knownAs(fire("e2"), { status: { state: "suppressed", silencedBy: ["x"] } }),
      knownAs(fire("e3"), { receivers: [{ name: "somebody else" }] }),
    ];
    await ask("gap");
    expect(await missing()).toEqual([]);
    has = [...has, knownAs(fire("e4"))];
    await ask("gap");
    await ask("order");
    const [incident, ...others] = await missing();
    expect([incident?.severity, incident?.status, others.length]).toEqual(["warning", "new", 0]);
    expect((await told(incident!.id)).filter((text) => text.includes("1 of its alerts"))).toHaveLength(1);
    expect((await told(incident!.id)).join()).toContain("HighErrorRate (s-e4)");
    await ask("silence");
    expect(await told(incident!.id)).toHaveLength(2);
  });

  test("a gap, a silence and a message out of order leave a job each, and the intake asks nobody", async () => {
    const enqueue = vi.spyOn(app().jobs, "enqueue");
    const seen = () => enqueue.mock.calls.flatMap(([, queue, job]) => (queue === askQueue ? [job as unknown as AskJob] : []));
    const asked = alertmanager.requests.length;
    const one = fire("f1");
    const { incident_ids: ids } = await harness.send([one]);
    await harness.send([resolved(one, minutesAgo(1))]);
    expect(seen()).toEqual([]);
    await harness.send([one]);
    expect(seen()).toEqual([{ team_id: defaultTeamId, because: "order", incident_ids: ids }]);
    await noteOwnPresence(app());
    await app().database.kysely.updateTable("intake_presence").set({ seen_at: new Date(minutesAgo(20)) }).execute();
    await noteOwnPresence(app());
    const watchdog = sampleAlert({ fingerprint: "f2", labels: { alertname: "Watchdog", severity: "none", cluster: "quiet" } });
    for (let beat = 0; beat < 3; beat++) await harness.send([watchdog]);
    await app().database.kysely.updateTable("watchdogs").set({ due_at: new Date(minutesAgo(1)) }).execute();
    await reportSilence(app());
    await harness.send([watchdog]);
    expect(seen().slice(1).map(({ because }) => because)).toEqual(["gap", "silence", "silence"]);
    expect(alertmanager.requests.length).toBe(asked);
    enqueue.mockRestore();
  }); // prettier-ignore

  test("an empty answer, garbage and no answer end nothing, and in the last attempt it is said where people look", async () => {
    const { incident_ids: ids } = await harness.send([fire("b1")]);
    await ask("gap");
    expect((await audited())?.detail).toMatchObject({ answer: "alerts", ended: 0 });
    for (const answer of [{ json: { alerts: [] } }, { json: [{ fingerprint: 7 }] }, { status: 500 }]) {
      alertmanager.answer(answer);
      await expect(ask("gap")).rejects.toThrow("says nothing of what fires");
    }
    expect(await told(ids[0]!)).not.toContainEqual(expect.stringContaining("could not be asked"));
    await ask("gap", { lastAttempt: true });
    expect(await told(ids[0]!)).toContainEqual(
      expect.stringMatching(/^Alertmanager could not be asked what still fires: it does not answer/),
    );
    expect((await audited())?.detail).toMatchObject({ answer: "none" });
    expect(await statusOf("s-b1")).toEqual(["firing"]);
  });
});
