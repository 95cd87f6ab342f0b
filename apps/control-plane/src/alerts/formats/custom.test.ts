import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CustomFormat } from "@sre/contracts/webhooks";
import { at, customItems, customReader } from "./custom.ts";
import { readCustomFormats } from "./read-custom-formats.ts";

const receivedAt = new Date("2026-11-24T10:05:00.000Z");
const datadogFile = join(import.meta.dirname, "../../../../../docs/operations/datadog-format.yaml");
const readFile = (path: string) => readFileSync(path, "utf8");

describe("the worked example for Datadog", () => {
  const format = readCustomFormats(datadogFile, readFile).get("datadog")!;
  const read = (message: object) => customReader(format)(message, receivedAt);
  // The payload that the document tells people to paste, as Datadog fills it in.
  const message = {
    cycle: "7719283746", transition: "Triggered", title: "[Triggered on {service:checkout}] Error rate is high", priority: "P1", date: "1795514640000",
    tags: "env:prod,kube_cluster_name:eu-1,kube_namespace:shop,monitor,service:checkout", link: "https://app.datadoghq.com/monitors/1", text: "4.2 > 1", hostname: "",
  }; // prettier-ignore

  test("an alert begins with its name, severity, place and links", () => {
    expect(read(message)).toMatchObject({
      kind: "keyed",
      keyed: {
        status: "firing", startsAt: new Date(1_795_514_640_000),
        content: {
          name: message.title, severity: "critical",
          labels: { env: "prod", kube_cluster_name: "eu-1", kube_namespace: "shop", service: "checkout" },
          annotations: { summary: message.title, description: message.text, dashboard_url: message.link },
        },
      },
    }); // prettier-ignore
  });

  test.each([
    ["Re-Triggered", "firing"],
    ["No Data", "firing"],
    ["Warn", "firing"],
    ["Recovered", "resolved"],
    ["Recovered on renotify", null],
  ])("%s means %s", (transition, status) => {
    const of = read({ ...message, transition });
    expect(of.kind === "keyed" ? of.keyed.status : null).toBe(status);
    if (status === null) expect(of).toMatchObject({ kind: "malformed", field: "/transition" });
  });

  test("begin and end speak of one alert", () => {
    const [begin, end] = [read(message), read({ ...message, transition: "Recovered", title: "[Recovered]" })];
    expect(begin.kind === "keyed" && begin.keyed.fingerprint).toBe(end.kind === "keyed" && end.keyed.fingerprint);
  });
});

describe("a format of one's own", () => {
  const format = CustomFormat.parse({
    items: "/alerts", key: "{/id}", name: "{/what/0/na~1me}", status: { at: "/state", firing: ["On"], resolved: ["off"], acknowledged: ["seen"], ignored: ["test"] },
    severity: { at: "/level", map: { high: "critical" }, otherwise: "error" }, labels: { service: "{/svc}", place: "{/region}-{/zone}", none: "{/missing}" },
    tags: { at: "/tags" }, starts_at: "/since",
  }); // prettier-ignore
  const alert = { id: 7, what: [{ "na/me": "Slow" }], state: "ON", level: "HIGH", svc: "checkout", region: "eu", zone: 1, tags: ["team:blue", "alone", "a:b:c"], since: "2026-11-24T10:00:00+0000" }; // prettier-ignore
  const read = (message: unknown) => customReader(format)(message, receivedAt);

  test("fills its templates from the message and leaves out what is not there", () => {
    expect(customItems(format, { alerts: [alert, alert] })).toHaveLength(2);
    expect(read(alert)).toMatchObject({
      keyed: {
        status: "firing",
        startsAt: new Date("2026-11-24T10:00:00Z"),
        content: {
          name: "Slow",
          labels: { alertname: "Slow", severity: "critical", service: "checkout", place: "eu-1", team: "blue", a: "b:c" },
        },
      },
    });
    const of = read(alert);
    expect(of.kind === "keyed" && of.keyed.content?.labels).not.toHaveProperty("none");
  });

  test("puts in what a message says as it stands, whatever language of templates it is written in", () => {
    const name = "{/svc} {{constructor.constructor('return 1')()}} ${7*7} <%= 7*7 %> #{7*7}";
    expect(read({ ...alert, what: [{ "na/me": name }], svc: name })).toMatchObject({
      keyed: { content: { name, labels: { service: name, alertname: name } } },
    });
  });

  test.each([
    ["seen", { kind: "keyed", keyed: { status: "acknowledged" } }],
    ["test", { kind: "ignored" }],
    ["odd", { kind: "malformed", field: "/state" }],
  ])("a status %s is read as %j", (state, expected) => {
    expect(read({ ...alert, state })).toMatchObject(expected);
  });

  test.each([
    ["without a key", { ...alert, id: null }, "key"],
    ["without a name", { ...alert, what: [] }, "name"],
    ["that is a text", "alert", ""],
    ["that is missing", undefined, ""],
  ])("an item %s is kept apart", (_what, item, field) => {
    expect(read(item)).toMatchObject({ kind: "malformed", field });
  });

  test.each(["/__proto__/polluted", "/constructor/name", "/toString"])("%s reads nothing that the message does not hold", (pointer) => {
    expect(at({}, pointer)).toBeUndefined();
  });

  test("texts are cut, and lose what no label may hold", () => {
    const of = read({ ...alert, svc: `a\u0000b${"x".repeat(5_000)}` });
    const service = of.kind === "keyed" ? (of.keyed.content?.labels["service"] ?? "") : "";
    expect(service.startsWith("abx")).toBe(true);
    expect(service).toHaveLength(2_048);
  });
});

test.each([
  ["an unknown word", "formats: { x: { key: a, name: b, status: { at: /s }, execute: rm } }", "formats.x"],
  ["a path that is none", "formats: { x: { key: a, name: b, status: { at: s } } }", "formats.x.status.at"],
  ["a built-in name", "formats: { grafana: { key: a, name: b, status: { at: /s } } }", "grafana"],
  ["no YAML", "formats: {", "YAML"],
])("a file with %s is refused at the start with its place", (_what, text, place) => {
  expect(() => readCustomFormats("formats.yaml", () => text)).toThrow(place);
});
