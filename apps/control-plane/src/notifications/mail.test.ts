import { afterEach, describe, expect, test } from "vitest";
import { createMailFactory, systemClock, type OutboundFactory } from "@sre/service-kit";
import { quietLog, selfSigned, startFakeMail, testMetrics, type FakeMail } from "@sre/testkit";
import type { Message, Sending } from "./message.ts";
import { readNotificationRules } from "./notification-rules.ts";
import { openReceivers, type Receiver } from "./receivers.ts";

const certificate = selfSigned({ host: "localhost" });
const stack: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of stack.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

const startMail = async (input: Parameters<typeof startFakeMail>[0] = {}): Promise<FakeMail> => {
  const server = await startFakeMail(input);
  stack.push(server);
  return server;
};
const noHttp: OutboundFactory = () => {
  throw new Error("Nothing but mail is sent here.");
};

function receiverOf(mailServer: Record<string, unknown>, deadlineMs = 10_000): Receiver {
  const read = readNotificationRules(
    JSON.stringify({
      mail_server: { from: "sre@example.test", ...mailServer },
      receivers: { lead: { kind: "email", to: ["mei@example.test", "tom@example.test"] } },
      routes: [{ name: "all", receivers: ["lead"] }],
    }),
  );
  if ("problem" in read) throw new Error(read.problem);
  const factory = createMailFactory({ metrics: testMetrics(), log: quietLog, clock: systemClock });
  const receiver = openReceivers(read.rules, { outbound: noHttp, mail: (target) => factory({ ...target, deadlineMs }) }).get("lead")!;
  stack.push(receiver);
  return receiver;
}

const incident = {
  id: "5f0c1b1e-0000-4000-8000-000000000001", number: 7, title: "Errors are high", status: "new", severity: "critical", environment: "production",
  cluster: "eu-1", service: "checkout", started_at: "2026-11-25T02:47:00.000Z", url: "https://sre.example/incidents/7",
} as const; // prettier-ignore
const message: Message = {
  type: "incident.opened",
  timestamp: "2026-11-25T02:47:05.000Z",
  data: { incident, labels: { team: "payments" }, diagnosis: null },
};
const sending = (id: string, about: Partial<Message["data"]["incident"]> = {}, type: Message["type"] = "incident.opened"): Sending => ({
  id,
  at: new Date("2026-11-25T02:47:06Z"),
  message: { ...message, type, data: { ...message.data, incident: { ...incident, ...about } } },
  signal: new AbortController().signal,
});
const headerOf = (source: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, "im").exec(source.split("\r\n\r\n")[0] ?? "")?.[1];
const taken = { kind: "taken", remark: null };

describe("mail about incidents", () => {
  test("says the incident in plain text, and all about one incident is one conversation", async () => {
    const server = await startMail();
    const receiver = receiverOf({ url: `smtp://127.0.0.1:${server.port}`, starttls: false });
    expect(await receiver.send(sending("n1"))).toEqual(taken);
    expect(await receiver.send(sending("n2", {}, "incident.resolved"))).toEqual(taken);
    const [first, second] = server.messages;
    expect(first).toMatchObject({ from: "sre@example.test", to: ["mei@example.test", "tom@example.test"], secure: false, user: null });
    expect(headerOf(first!.source, "subject")).toBe("New incident [critical] #7 Errors are high");
    expect(headerOf(first!.source, "message-id")).toBe("<notification-n1@example.test>");
    expect(headerOf(first!.source, "content-type")).toContain("text/plain");
    expect(headerOf(first!.source, "auto-submitted")).toBe("auto-generated");
    expect(first!.source).toContain("checkout =C2=B7 production/eu-1");
    expect(first!.source.replaceAll("=\r\n", "")).toContain("Open the incident: https://sre.example/incidents/7");
    expect(headerOf(second!.source, "subject")).toContain("Incident resolved");
    expect(headerOf(second!.source, "references")).toBe(`<incident-${incident.id}@example.test>`);
    expect(headerOf(second!.source, "in-reply-to")).toBe(headerOf(first!.source, "in-reply-to"));
    expect(server.connections()).toBe(1);
  });

  test("a title with line ends, addresses and turned text adds no header, no recipient and no line", async () => {
    const server = await startMail();
    const receiver = receiverOf({ url: `smtp://127.0.0.1:${server.port}`, starttls: false });
    const title = "Down\r\nBcc: thief@evil.test\r\n\r\n<script>alert(1)</script>\u202e\u2028.\r\nQUIT";
    expect(await receiver.send(sending("n1", { title, service: "a\r\nX-Own: 1\r\n.\r\n" }))).toEqual(taken);
    expect(await receiver.send(sending("n2", { title: "嚴重".repeat(400) }))).toEqual(taken);
    const [first, second] = server.messages;
    expect(first!.to).toEqual(["mei@example.test", "tom@example.test"]);
    expect(headerOf(first!.source, "bcc")).toBeUndefined();
    expect(headerOf(first!.source, "x-own")).toBeUndefined();
    expect(first!.source).not.toMatch(/^(Bcc|X-Own|QUIT)/m);
    expect(server.messages).toHaveLength(2);
    expect(Math.max(...second!.source.split("\r\n").map((line) => line.length))).toBeLessThan(998);
  });
});

describe("the mail server", () => {
  const secret = { user: "sre", password: "correct horse" };

  test.each([
    ["TLS from the first byte", true, "smtps"],
    ["STARTTLS", false, "smtp"],
  ])("is spoken to over %s with user and password, its certificate checked", async (_, implicit, scheme) => {
    const server = await startMail({ tls: certificate, implicit, credentials: secret });
    const url = `${scheme}://localhost:${server.port}`;
    const trusting = receiverOf({ url, ...secret, ca: certificate.certificate });
    expect(await trusting.send(sending("n1"))).toEqual(taken);
    expect(server.messages).toMatchObject([{ secure: true, user: "sre" }]);
    const distrusting = receiverOf({ url, ...secret });
    expect(await distrusting.send(sending("n2"))).toMatchObject({ kind: "failed", final: false, detail: expect.stringContaining("self-signed certificate") });
    const wrong = receiverOf({ url, user: "sre", password: "guess what", ca: certificate.certificate });
    const refused = await wrong.send(sending("n3"));
    expect(refused).toMatchObject({ kind: "failed", final: true, detail: expect.stringContaining("535") });
    expect(JSON.stringify(refused)).not.toContain("guess what");
    expect(server.messages).toHaveLength(1);
  }); // prettier-ignore

  test("without STARTTLS where it is asked for gets nothing", async () => {
    const server = await startMail();
    const receiver = receiverOf({ url: `smtp://127.0.0.1:${server.port}` });
    expect(await receiver.send(sending("n1"))).toMatchObject({ kind: "failed", final: false, detail: expect.stringContaining("over TLS") });
    expect(server.messages).toEqual([]);
  });

  test.each([
    ["is busy", 451, false],
    ["knows no such mailbox", 550, true],
  ])("that %s (%i) is asked again: not %s", async (_, code, final) => {
    const server = await startMail();
    server.meet({ message: { code, text: "No\u0007." } });
    const receiver = receiverOf({ url: `smtp://127.0.0.1:${server.port}`, starttls: false });
    expect(await receiver.send(sending("n1"))).toEqual({ kind: "failed", because: expect.any(String), final, detail: expect.stringMatching(`^mail server answered ${code} No`) });
  }); // prettier-ignore

  test("that refuses some of the recipients is not asked again, and it is told", async () => {
    const server = await startMail();
    server.meet({ recipient: (address) => (address.startsWith("tom") ? { code: 550, text: "Gone" } : null) });
    const receiver = receiverOf({ url: `smtp://127.0.0.1:${server.port}`, starttls: false });
    expect(await receiver.send(sending("n1"))).toEqual({ kind: "taken", remark: "The mail server refused 1 of 2 recipients." });
    expect(server.messages).toMatchObject([{ to: ["mei@example.test"] }]);
  });

  test("that never answers or is not there fails within the deadline, and is left alone after five times", async () => {
    const server = await startMail();
    server.meet({ message: "hang" });
    const receiver = receiverOf({ url: `smtp://127.0.0.1:${server.port}`, starttls: false }, 150);
    expect(await receiver.send(sending("n1"))).toMatchObject({ because: "timeout", final: false });
    await server[Symbol.asyncDispose]();
    for (let attempt = 2; attempt <= 5; attempt++) expect(await receiver.send(sending(`n${attempt}`))).toMatchObject({ kind: "failed", final: false });
    expect(await receiver.send(sending("n6"))).toMatchObject({ because: "breaker_open", final: false });
  }); // prettier-ignore

  test("is given no more than the connections allowed, whatever waits", async () => {
    const server = await startMail();
    const receiver = receiverOf({ url: `smtp://127.0.0.1:${server.port}`, starttls: false });
    const all = await Promise.all(Array.from({ length: 20 }, (_, index) => receiver.send(sending(`n${index}`))));
    expect(all).toEqual(Array(20).fill(taken));
    expect(server.messages).toHaveLength(20);
    expect(server.connections()).toBeLessThanOrEqual(4);
  });
});
