import { describe, expect, test } from "vitest";
import { readNotificationRules, stepsFor, type NotificationRules } from "./notification-rules.ts";

const secret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const file = (routes: unknown, receivers: unknown = { chat: { kind: "slack", url: "https://chat.example/T0/secret" }, hook: { kind: "webhook", url: "https://hook.example/", secret } }) =>
  readNotificationRules(JSON.stringify({ receivers, routes })); // prettier-ignore
const mailFile = (server: unknown, to: readonly string[] = ["mei@example.test"]) =>
  readNotificationRules(
    JSON.stringify({ mail_server: server, receivers: { lead: { kind: "email", to } }, routes: [{ name: "all", receivers: ["lead"] }] }),
  );
const mailServer = { url: "smtps://mail.example.test", from: "sre@example.test" };
const rulesOf = (routes: unknown): NotificationRules => {
  const read = file(routes);
  if ("problem" in read) throw new Error(read.problem);
  return read.rules;
};
const told = (routes: unknown, labels: Record<string, string>) =>
  stepsFor(rulesOf(routes), labels).map(({ afterMinutes, routes: some }) => [afterMinutes, ...some.map(({ name }) => name)]);

describe("routes", () => {
  const payments = { name: "payments", matchers: ['team="payments"'], receivers: ["chat"], escalate_after_minutes: 10 };
  const log = { name: "log", receivers: ["hook"], continue: true };
  const all = { name: "all", receivers: ["chat"], escalate_after_minutes: 5 };
  const last = { name: "last", receivers: ["hook"] };

  test("the first that matches is told, and the next one when nobody acknowledges", () => {
    expect(told([payments, all, last], { team: "payments" })).toEqual([[0, "payments"], [10, "all"], [15, "last"]]); // prettier-ignore
    expect(told([payments, all, last], { team: "search" })).toEqual([[0, "all"], [5, "last"]]); // prettier-ignore
  });

  test("one that goes on is told together with the next", () => {
    expect(told([log, payments, last], { team: "payments" })).toEqual([[0, "log", "payments"], [10, "last"]]); // prettier-ignore
    expect(told([payments, log], { team: "search" })).toEqual([[0, "log"]]);
  });

  test("without minutes nothing follows, and without a match nobody is told", () => {
    expect(told([last, all], {})).toEqual([[0, "last"]]);
    expect(told([payments], {})).toEqual([]);
  });
});

describe("the operator's file", () => {
  const route = { name: "all", receivers: ["chat"] };

  test.each([
    ["no JSON", () => readNotificationRules("{"), "is not JSON"],
    ["an unknown receiver", () => file([{ name: "all", receivers: ["pager"] }]), "routes.0.receivers.0: is no receiver"],
    ["two routes of one name", () => file([route, route]), "routes.1.name: is the name of another route"],
    ["a broken matcher", () => file([{ ...route, matchers: ["team"] }]), "routes.0.matchers.0: must be a matcher"],
    ["a pattern that is not understood", () => file([{ ...route, matchers: ['team=~"(a"'] }]), "routes.0.matchers.0: The pattern has a group"],
    ["a field that is not known", () => file([{ ...route, to: "me" }]), 'routes.0: Unrecognized key: "to"'],
    ["another protocol", () => file([route], { chat: { kind: "slack", url: "file:///etc/passwd" } }), "receivers.chat.url"],
    ["a secret of another form", () => file([route], { chat: { kind: "webhook", url: "https://h.example/", secret: "hunter2" } }), "receivers.chat.secret"],
    ["mail without a server", () => mailFile(undefined), "receivers.lead.kind: needs mail_server"],
    ["an address with a second one", () => mailFile(mailServer, ["a@b.test\r\nBcc: hunter2@evil.test"]), "receivers.lead.to.0: must be a plain mail address"],
    ["a sender with a name", () => mailFile({ ...mailServer, from: "SRE <sre@example.test>" }), "mail_server.from: must be a plain"],
    ["a password in the address", () => mailFile({ ...mailServer, url: "smtps://sre:hunter2@mail.example.test" }), "mail_server.url: must be smtp://"],
    ["a password in the clear", () => mailFile({ ...mailServer, url: "smtp://mail.example.test", starttls: false, user: "sre", password: "hunter2" }), "mail_server.password: is not sent in the clear"],
    ["a user alone", () => mailFile({ ...mailServer, user: "sre" }), "mail_server.user: user and password go together"],
  ])("with %s is refused, and the reason names the place and no value", (_, read, problem) => {
    const answer = read();
    expect(answer).toEqual({ problem: expect.stringContaining(problem) });
    expect(JSON.stringify(answer)).not.toContain("hunter2");
  }); // prettier-ignore
});
