import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "@sre/contracts/canonical";
import type { Notification, NotificationPreview } from "@sre/contracts/control-plane";
import { defaultTeamId, systemContext, type CallContext } from "@sre/service-kit";
import { quietLog, startFakeHttp, startFakeMail, testDatabases, type FakeHttp, type FakeMail } from "@sre/testkit";
import { eventually, openHarness, type Caller, type Harness } from "../testing/harness.ts";
import { sampleAlert } from "../testing/sample-alert.ts";
import { escalateIncident } from "./escalate-incident.ts";
import { sendNotification } from "./send-notification.ts";
import { findLatestOpening } from "./store.ts";

const key = Buffer.alloc(24, 7);

describe.each(testDatabases)("notifications on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  let chat: FakeHttp;
  let hook: FakeHttp;
  let pager: FakeHttp;
  let mail: FakeMail;
  let directory: string;
  beforeAll(async () => {
    [chat, hook, pager] = [await startFakeHttp({ body: "ok" }), await startFakeHttp({ status: 204 }), await startFakeHttp({ status: 202 })];
    mail = await startFakeMail();
    directory = mkdtempSync(join(tmpdir(), "notifications-"));
    const file = join(directory, "notifications.json");
    const receivers = {
      chat: { kind: "slack", url: `${chat.url}/services/T0/secret-token`, language: "zh-TW" },
      hook: { kind: "webhook", url: `${hook.url}/in?from=sre`, secret: `whsec_${key.toString("base64")}` },
      pager: { kind: "pagerduty", url: `${pager.url}/v2/enqueue`, routing_key: "secret-routing-key" },
      lead: { kind: "email", to: ["mei@example.test"], language: "zh-TW" },
    };
    const mail_server = { url: `smtp://127.0.0.1:${mail.port}`, starttls: false, from: "sre@example.test" };
    const routes = [
      { name: "search", matchers: ['team="search"'], receivers: ["chat", "pager"], escalate_after_minutes: 15 },
      { name: "lead", matchers: ['team="search"'], receivers: ["hook"] },
      { name: "payments", matchers: ['team="payments"'], receivers: ["hook"] },
      { name: "ads", matchers: ['team="ads"'], receivers: ["lead"] },
    ];
    writeFileSync(file, JSON.stringify({ mail_server, receivers, routes }));
    harness = await openHarness(database, { env: { NOTIFICATIONS_FILE: file, NOTIFICATION_MAX_ATTEMPTS: "2", PUBLIC_URL: "https://sre.example" } });
    call = await harness.as();
  }); // prettier-ignore
  afterAll(async () => {
    await harness[Symbol.asyncDispose]();
    for (const one of [chat, hook, pager]) await one.close();
    await mail[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  const context = (): CallContext =>
    systemContext({ teamId: defaultTeamId, traceId: "0".repeat(32), at: new Date(), log: quietLog, name: "control-plane", scopes: [] });
  const app = () => harness.controlPlane.app;
  const fire = async (service: string, labels: Record<string, string>, count = 1): Promise<string> => {
    const alerts = Array.from({ length: count }, (_, index) => sampleAlert({ fingerprint: sha256(`${service} ${index}`).slice(0, 16), labels: { service, pod: `p-${index}`, ...labels } }));
    return (await harness.send(alerts)).incident_ids[0] ?? "";
  }; // prettier-ignore
  const toldOf = async (incidentId: string): Promise<Notification[]> => {
    const reply = await call(`/api/v1/notifications?incident_id=${incidentId}`);
    if (reply.status !== 200) throw new Error(reply.text);
    return reply.body["items"];
  };
  const sentTo = (incidentId: string, receiver: string, kinds: readonly string[]) =>
    eventually(async () => {
      const all = (await toldOf(incidentId)).filter((one) => one.receiver === receiver).reverse();
      return kinds.every((kind) => all.some((one) => one.kind === kind && one.status === "sent")) && all;
    });
  const events = (incidentId: string) =>
    pager.requests
      .map(({ body }) => JSON.parse(body) as Record<string, unknown>)
      .filter((event) => event["dedup_key"] === `sre-incident-${incidentId}`);

  test("one for an incident and not for each alert, a second with the verdict, and each ends with the resolve", async () => {
    const id = await fire("search-api", { team: "search" }, 25);
    await sentTo(id, "chat", ["opened", "diagnosed"]);
    await call(`/api/v1/incidents/${id}/acknowledge`, { method: "POST" });
    await call(`/api/v1/incidents/${id}/resolve`, { body: { resolution: "" } });
    await sentTo(id, "chat", ["resolved"]);
    await sentTo(id, "pager", ["resolved"]);
    const texts = chat.requests.map(({ body }) => (JSON.parse(body) as { text: string }).text);
    expect(chat.requests.map(({ path }) => path)).toEqual(Array(3).fill("/services/T0/secret-token"));
    expect(texts[0]).toBe(`*新事件 [錯誤] #1 Errors are high*\nsearch-api · production/eu-1\n<https://sre.example/incidents/${id}|開啟事件>`);
    expect(texts[1]).toContain("診斷結果 [錯誤] #1");
    expect(texts[1]).toContain("很可能 87 %：".replace("：", ": "));
    expect(texts[2]).toContain("事件已解決");
    expect(events(id).map((event) => event["event_action"])).toEqual(["trigger", "trigger", "acknowledge", "resolve"]);
    expect(events(id)[0]).toMatchObject({ routing_key: "secret-routing-key", payload: { severity: "error", source: "search-api", custom_details: { labels: { team: "search" } } } });
    expect(hook.requests).toEqual([]);
  }); // prettier-ignore

  test("a webhook is signed as the Standard Webhooks specification says, under the notification's id", async () => {
    const id = await fire("ledger", { team: "payments" });
    const [opened] = await sentTo(id, "hook", ["opened"]);
    const { headers, body, path, query } = hook.requests[0]!;
    const signed = createHmac("sha256", key).update(`${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`);
    expect(headers).toMatchObject({ "webhook-id": opened?.id, "webhook-signature": `v1,${signed.digest("base64")}` });
    expect([path, query.get("from")]).toEqual(["/in", "sre"]);
    expect(JSON.parse(body)).toMatchObject({ type: "incident.opened", data: { incident: { id, title: "Errors are high" }, labels: { service: "ledger" } } });
  }); // prettier-ignore

  test("what a receiver refuses is given up at once, is shown, and can be sent again under the same id", async () => {
    hook.answer({ status: 410, body: "gone" });
    const id = await fire("wallet", { team: "payments" });
    const failed = await eventually(async () => (await toldOf(id)).find(({ kind, status }) => kind === "opened" && status === "failed"));
    expect(failed).toMatchObject({ attempts: 1, error: "receiver hook answered 410" });
    hook.answer({ status: 200 });
    expect((await call(`/api/v1/notifications/${failed.id}/resend`, { method: "POST" })).status).toBe(202);
    await sentTo(id, "hook", ["opened", "diagnosed"]);
    const ids = hook.requests.filter(({ body }) => body.includes(id) && body.includes("incident.opened")).map(({ headers }) => headers["webhook-id"]);
    expect(ids).toEqual([failed.id, failed.id]);
    expect((await call(`/api/v1/notifications/${failed.id}/resend`, { method: "POST" })).status).toBe(409);
  }); // prettier-ignore

  test("mail goes out once for an incident and once with its verdict, is tried again while the server is busy and given up when it refuses", async () => {
    mail.meet({ message: { code: 451, text: "Later" } });
    const id = await fire("banners", { team: "ads" }, 25);
    const waiting = await eventually(async () => (await toldOf(id)).find(({ kind, error }) => kind === "opened" && error !== null));
    expect(waiting).toMatchObject({ status: "queued", attempts: 1, error: "mail server answered 451 Later" });
    mail.meet({});
    await sentTo(id, "lead", ["opened", "diagnosed"]);
    expect(mail.messages).toHaveLength(2);
    expect(mail.messages[0]!.source.replaceAll("\r\n ", " ")).toContain(`Message-ID: <notification-${waiting.id}@example.test>`);
    for (const { source } of mail.messages) expect(source).toContain(`References: <incident-${id}@example.test>`);
    mail.meet({ message: { code: 550, text: "No" } });
    await call(`/api/v1/incidents/${id}/resolve`, { body: { resolution: "" } });
    const failed = await eventually(async () => (await toldOf(id)).find(({ status }) => status === "failed"));
    expect(failed).toMatchObject({ kind: "resolved", attempts: 1, error: "mail server answered 550 No" });
    const routes = (await call("/api/v1/notification-routes")).body["items"] as { receivers: unknown }[];
    expect(routes.at(-1)?.receivers).toEqual([{ name: "lead", channel: "email", host: `127.0.0.1:${mail.port}` }]);
  });

  test("an outage is waited for, attempt by attempt under one id and in order, and given up at the limit", async () => {
    hook.answer({ status: 503 });
    const id = await fire("billing", { team: "payments" });
    await eventually(async () => (await toldOf(id)).some(({ error }) => error !== null));
    hook.answer({ status: 200 });
    const all = await sentTo(id, "hook", ["opened", "diagnosed"]);
    expect(all.map(({ kind, attempts }) => [kind, attempts])).toEqual([["opened", 2], ["diagnosed", 1]]); // prettier-ignore
    hook.answer({ status: 503 });
    await call(`/api/v1/incidents/${id}/resolve`, { body: { resolution: "" } });
    const given = await eventually(async () => (await toldOf(id)).find(({ status }) => status === "failed"));
    expect(given).toMatchObject({ kind: "resolved", attempts: 2 });
    hook.answer({ status: 200 });
  });

  test("a repetition of the job tells nobody twice", async () => {
    const id = await fire("refunds", { team: "payments" });
    const [opened] = await sentTo(id, "hook", ["opened", "diagnosed"]);
    const before = hook.requests.length;
    await sendNotification(app(), context(), { notificationId: opened!.id });
    expect(hook.requests).toHaveLength(before);
  });

  test("a critical incident that nobody acknowledges goes to the next route, one that is acknowledged does not", async () => {
    const escalate = async (id: string) => {
      const opening = await findLatestOpening(app().database.kysely, defaultTeamId, id);
      await escalateIncident(app(), context(), { team_id: defaultTeamId, incident_id: id, opening_id: opening!.id, step: 1, after_minutes: 15, wait_minutes: 15 });
    }; // prettier-ignore
    const [left, taken, mild] = [
      await fire("ranker", { team: "search", severity: "critical" }),
      await fire("crawler", { team: "search", severity: "critical" }),
      await fire("indexer", { team: "search", severity: "warning" }),
    ];
    await call(`/api/v1/incidents/${taken}/acknowledge`, { method: "POST" });
    for (const id of [left, taken, mild]) {
      await sentTo(id, "chat", ["opened"]);
      await escalate(id);
    }
    await sentTo(left, "hook", ["escalated"]);
    for (const id of [taken, mild]) expect((await toldOf(id)).map(({ kind }) => kind)).not.toContain("escalated");
    const timeline = (await call(`/api/v1/incidents/${left}/timeline`)).body["items"] as { text: { en: string } }[];
    expect(timeline.map(({ text }) => text.en)).toContain("Nobody acknowledged it in 15 min: the next ones are told");
  });

  test("the preview says who would be told when, and no answer holds a secret", async () => {
    const preview = await call("/api/v1/notification-routes/preview", { body: { labels: { team: "search" } } });
    const { steps } = preview.body as NotificationPreview;
    expect(steps.map(({ after_minutes, routes }) => [after_minutes, ...routes.flatMap(({ receivers }) => receivers.map(({ name }) => name))])).toEqual([
      [0, "chat", "pager"],
      [15, "hook"],
    ]);
    const listed = await call("/api/v1/notification-routes");
    expect(listed.body["items"]).toHaveLength(4);
    for (const text of [preview.text, listed.text, (await call("/api/v1/notifications")).text]) expect(text).not.toMatch(/secret|whsec_/);
  }); // prettier-ignore
});
