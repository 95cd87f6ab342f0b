import { describe, expect, test } from "vitest";
import type { ReadAlert } from "../incoming-alert.ts";
import { deliveryOf, formats } from "./index.ts";
import { fingerprintOf } from "./posted-alerts.ts";
import { plainLabels } from "./grafana.ts";

type Integration = keyof typeof formats;

const receivedAt = new Date("2026-11-24T10:05:00.000Z");

/** Opens a message as the route does, and reads each of its alerts. */
function readAll(integration: Integration, message: unknown): ReadAlert[] {
  const body = formats[integration].body.parse(message);
  return deliveryOf(integration, body as never).items.map((item) => formats[integration].read(item, receivedAt));
}

const labels = { alertname: "High memory usage", team: "blue", zone: "us-1" };

describe("Grafana", () => {
  const alert = {
    status: "firing", labels: { ...labels, "node name": "n1" }, annotations: { summary: "It is high" }, startsAt: "2026-11-24T12:01:03.157076+02:00", endsAt: "0001-01-01T00:00:00Z",
    generatorURL: "https://grafana.example/alerting/1/edit", fingerprint: "c6eadffa33fcdf37", silenceURL: "https://grafana.example/silence", dashboardURL: "https://grafana.example/d/1",
    panelURL: "", values: { B: 44.25, C: 1 },
  }; // prettier-ignore

  test("12: the alerts of a group are read one by one, whatever the group's own status", () => {
    const group = {
      receiver: "hook",
      status: "firing",
      orgId: 1,
      version: "1",
      groupKey: "{}",
      truncatedAlerts: 2,
      title: "",
      state: "alerting",
      message: "",
    };
    const message = {
      ...group,
      alerts: [alert, { ...alert, status: "resolved", endsAt: "2026-11-24T10:03:00Z" }, { ...alert, labels: {} }],
    };
    expect(deliveryOf("grafana", formats.grafana.body.parse(message))).toMatchObject({ receiver: "hook", truncated: 2 });
    expect(readAll("grafana", message)).toMatchObject([
      {
        kind: "accepted",
        alert: {
          fingerprint: "c6eadffa33fcdf37", status: "firing", startsAt: new Date("2026-11-24T10:01:03.157Z"), endsAt: null, labels: { ...labels, node_name: "n1" },
          annotations: { summary: "It is high", dashboardURL: "https://grafana.example/d/1", values: "B=44.25, C=1" },
        },
      },
      { kind: "accepted", alert: { status: "resolved", endsAt: new Date("2026-11-24T10:03:00Z") } },
      { kind: "malformed", field: "labels" },
    ]); // prettier-ignore
  });

  const rule = { dashboardId: 1, evalMatches: [{ value: 100, metric: "High value", tags: null }], message: "Look", orgId: 0, panelId: 1, ruleId: 7, ruleName: "Errors", ruleUrl: "https://grafana.example/r", state: "alerting", tags: { "tag name": "v" }, title: "[Alerting] Errors" }; // prettier-ignore

  test.each([
    ["alerting", "firing"],
    ["no_data", "firing"],
    ["ok", "resolved"],
  ])("8: a rule that is %s speaks of its one alert as %s", (state, status) => {
    expect(readAll("grafana", { ...rule, state })).toMatchObject([
      { kind: "keyed", keyed: { fingerprint: "rule-0-7", status, content: { name: "Errors", labels: { tag_name: "v" } } } },
    ]);
  });

  test.each(["paused", "pending"])("8: a rule that is %s says nothing", (state) => {
    expect(readAll("grafana", { ...rule, state })).toEqual([{ kind: "ignored" }]);
  });

  test("names of labels become plain, and of two that become the same the first stays", () => {
    expect(plainLabels({ "a b": "1", a_b: "2", "9": "3", "": "4" })).toEqual({ a_b: "1", _9: "3" });
  });
});

describe("PagerDuty", () => {
  const payload = { summary: "Disk is full", source: "db-1", severity: "critical", timestamp: "2026-11-24T10:04:00.5+00:00", component: "postgres", class: "disk", custom_details: { service: "ledger", "free space": 1, nested: { deep: true } } }; // prettier-ignore
  const trigger = { routing_key: "k".repeat(32), event_action: "trigger", dedup_key: "disk/db-1", payload, client_url: "https://monitor.example", links: [{ href: "https://wiki.example/disk", text: "Runbook" }] }; // prettier-ignore

  test("a trigger carries the alert in the words of the common event format", () => {
    expect(readAll("pagerduty", trigger)).toMatchObject([
      {
        kind: "keyed",
        keyed: {
          status: "firing", startsAt: new Date("2026-11-24T10:04:00.500Z"),
          content: {
            name: "disk", severity: "critical", opensIncident: true,
            labels: { alertname: "disk", severity: "critical", instance: "db-1", component: "postgres", service: "ledger", free_space: "1" },
            annotations: { summary: "Disk is full", runbook_url: "https://wiki.example/disk", dashboard_url: "https://monitor.example" },
          },
        },
      },
    ]); // prettier-ignore
  });

  test("a name that is cut through a character holds no half of one, which no database would store", () => {
    const { class: _, ...plain } = payload;
    const [read] = readAll("pagerduty", { ...trigger, payload: { ...plain, summary: `${"x".repeat(199)}\u{1F525} is on` } });
    const labels = read?.kind === "keyed" ? read.keyed.content?.labels : undefined;
    expect(labels?.["alertname"]?.startsWith("x".repeat(199))).toBe(true);
    expect(labels?.["alertname"]?.isWellFormed()).toBe(true);
  });

  test("the others speak of the alert of their key", () => {
    const keys = ["trigger", "acknowledge", "resolve"].map((event_action) => {
      const [read] = readAll("pagerduty", { ...trigger, event_action, ...(event_action === "trigger" ? {} : { payload: undefined }) });
      return read?.kind === "keyed" ? `${read.keyed.status} ${read.keyed.fingerprint}` : "";
    });
    const [, key] = keys[0]?.split(" ") ?? [];
    expect(keys).toEqual([`firing ${key}`, `acknowledged ${key}`, `resolved ${key}`]);
  });

  test.each([
    [{ event_action: "trigger", dedup_key: "k" }, "payload"],
    [{ event_action: "resolve" }, "dedup_key"],
    [{ event_action: "explode", dedup_key: "k" }, "event_action"],
    [{ ...trigger, payload: { ...payload, severity: "dire" } }, "payload.severity"],
  ])("%j is refused", (event, field) => {
    const parsed = formats.pagerduty.body.safeParse(event);
    expect(parsed.error?.issues[0]?.path.join(".")).toBe(field);
  });
});

describe("Prometheus", () => {
  test("the fingerprint is the one that Prometheus and Alertmanager give", () => {
    // As a real Alertmanager answered for these labels.
    expect(fingerprintOf({ alertname: "Fp", team: "blue", zone: "us-1" })).toBe("013a421143f09c9b");
  });

  test.each([
    ["2026-11-24T10:09:00Z", "firing", null],
    ["0001-01-01T00:00:00Z", "firing", null],
    ["2026-11-24T10:03:00Z", "resolved", new Date("2026-11-24T10:03:00Z")],
  ])("an end at %s means that it is %s", (endsAt, status, end) => {
    const [read] = readAll("prometheus", [{ labels, startsAt: "2026-11-24T10:00:00Z", endsAt, generatorURL: "" }]);
    expect(read).toMatchObject({ kind: "accepted", alert: { status, endsAt: end, startsAt: new Date("2026-11-24T10:00:00Z") } });
  });
});
