import { describe, expect, test } from "vitest";
import { mappingWith } from "@sre/correlation";
import { EntityId } from "@sre/contracts/evidence";
import { placeReportedChange } from "../place-reported-change.ts";
import type { ChangeRow } from "../store.ts";
import { artifactOf, subjectOfType } from "./cdevents.ts";
import { eventsOf, readCloudEvent } from "./cloudevents.ts";
import { readPagerDutyChange } from "./pagerduty-change.ts";
import type { ReadChange, ReportedChange } from "./reported-change.ts";

const receivedAt = new Date("2026-11-24T10:05:00.000Z");
const digest = `sha256:${"0b31b1c0".repeat(8)}`;
const purl = `pkg:oci/checkout@${encodeURIComponent(digest)}`;

/** A CDEvent as the specification lays it out, with our values. */
const cdevent = (type: string, subject: object, more: object = {}) => ({
  context: { version: "0.4.1", id: "271069a8-fc18-44f1-b38f-9d70a1695819", chainId: "4c8cb7dd-3448-41de-8768-eec704e2829b", source: "/argo-cd/eu-1", type, timestamp: "2026-11-24T10:01:05.315384Z" },
  subject: { id: "service/checkout", source: "/argo-cd/eu-1", content: {}, ...subject }, ...more,
}); // prettier-ignore
const inCloudEvent = (data: ReturnType<typeof cdevent>) => {
  const { id, source, type, timestamp: time } = data.context;
  return { specversion: "1.0", id, source, type, time, subject: data.subject.id, datacontenttype: "application/cdevents+json", data };
};
function accepted(read: ReadChange): ReportedChange {
  if (read.kind !== "accepted") throw new Error(JSON.stringify(read));
  return read.change;
}
const changeOf = (type: string, subject: object, more: object = {}) =>
  accepted(readCloudEvent(inCloudEvent(cdevent(type, subject, more)), receivedAt));
const known = { mapping: mappingWith({}), owners: new Map(), before: undefined };

describe("a CDEvent", () => {
  test("of a service that was deployed is a change of that service", () => {
    const change = changeOf("dev.cdevents.service.deployed.0.2.0", {
      type: "service",
      content: { environment: { id: "production" }, artifactId: purl },
    });
    expect(change).toMatchObject({ kind: "deployment", phase: "at_once", state: "succeeded", to: digest, at: new Date("2026-11-24T10:01:05.315Z"), labels: { service: "checkout", environment: "production" } }); // prettier-ignore
    const at = "2026-11-24T10:01:05.315Z";
    expect(placeReportedChange(change, known)).toMatchObject({
      entity: "//service/checkout",
      started_at: at,
      ended_at: at,
      title: `service deployed: checkout ${digest}`,
    });
  });

  test("says in customData where its service stands, as the labels of an alert do", () => {
    const customData = { cluster: "eu-1", namespace: "shop", by: "mei", nested: { no: "label" } };
    const change = changeOf("dev.cdevents.service.upgraded.0.3.0", { content: { artifactId: `${purl}?tag=4.7.1` } }, { customData });
    expect(placeReportedChange(change, known)).toMatchObject({ entity: "eu-1/shop/service/checkout", by: "mei", to: "4.7.1" });
  });

  test.each([
    ["service.rolledback", {}, { kind: "deployment", phase: "at_once", state: "rolled_back" }],
    ["service.removed", {}, { kind: "deployment", phase: "at_once", state: "succeeded" }],
    ["deployment.queued", {}, { kind: "deployment", phase: "begun", state: "started" }],
    ["deployment.started", {}, { kind: "deployment", phase: "begun", state: "started" }],
    ["deployment.finished", { outcome: "success" }, { kind: "deployment", phase: "finished", state: "succeeded" }],
    ["deployment.finished", { outcome: "failure" }, { kind: "deployment", phase: "finished", state: "failed" }],
    ["targetrollout.finished", { outcome: "cancel" }, { kind: "deployment", phase: "finished", state: "failed" }],
    ["pipelinerun.finished", { outcome: "error" }, { kind: "deployment", phase: "finished", state: "failed" }],
    ["environment.modified", { name: "production" }, { kind: "infrastructure", phase: "at_once", state: "succeeded" }],
    ["service.teleported", {}, { kind: "deployment", phase: "at_once", state: "succeeded" }],
    ["wormhole.opened", {}, { kind: "infrastructure", phase: "at_once", state: "succeeded" }],
  ])("%s with %j is kept as %j", (type, content, expected) => {
    expect(changeOf(`dev.cdevents.${type}.0.1.0`, { id: "x-1", content })).toMatchObject(expected);
  });

  test("of a test or a build stays under its own name, whatever it says of a service", () => {
    const change = changeOf(
      "dev.cdevents.testcaserun.finished.0.2.0",
      { id: "run/7", content: { outcome: "fail" } },
      { customData: { service: "checkout" } },
    );
    expect(placeReportedChange(change, known)).toMatchObject({ entity: "//testcaserun/run%2F7", state: "failed" });
  });

  test("begin and end of one deployment are one change; two deployments at once are two", () => {
    const ids = ["started", "finished"].map((predicate) => changeOf(`dev.cdevents.deployment.${predicate}.0.1.0`, { id: "dep-8f3a2c" }).id);
    expect(ids[0]).toBe(ids[1]);
    const at = (id: string) => accepted(readCloudEvent({ ...inCloudEvent(cdevent("dev.cdevents.service.deployed.0.2.0", {})), data: { ...cdevent("dev.cdevents.service.deployed.0.2.0", {}), context: { ...cdevent("x", {}).context, id } } }, receivedAt)).id; // prettier-ignore
    expect(at("a")).not.toBe(at("b"));
    expect(at("a")).toBe(at("a"));
  });

  test("any name becomes one that an entity may have", () => {
    const change = changeOf("dev.cdevents.environment.created.0.3.0", { id: "e", content: { name: "名\u0000前".repeat(60) } });
    expect(EntityId.safeParse(placeReportedChange(change, known).entity).success).toBe(true);
    const long = changeOf("dev.cdevents.service.deployed.0.3.0", { id: "名".repeat(1_000) });
    expect(EntityId.safeParse(placeReportedChange(long, known).entity).success).toBe(true);
  });

  test.each([
    ["of another version", { specversion: "0.3" }, "specversion"],
    ["without an id", { id: undefined }, "id"],
    ["of a type that is no CDEvent", { type: "com.example.push" }, "type"],
    ["without data", { data: undefined }, "data"],
    ["whose data names no subject", { data: { context: cdevent("x", {}).context } }, "data.subject"],
    [
      "at no real time",
      { data: { ...cdevent("x", {}), context: { ...cdevent("x", {}).context, timestamp: "now" } } },
      "data.context.timestamp",
    ],
  ])("an event %s is kept apart with the field at fault", (_what, more, field) => {
    const event = { ...inCloudEvent(cdevent("dev.cdevents.service.deployed.0.2.0", {})), ...more };
    expect(readCloudEvent(event, receivedAt)).toMatchObject({ kind: "malformed", field });
  });
});

describe("the modes of CloudEvents", () => {
  const event = inCloudEvent(cdevent("dev.cdevents.service.deployed.0.2.0", { content: { artifactId: purl } }));

  test("structured, batch, binary and base64 tell the same", () => {
    const { data, ...attributes } = event;
    const headers = {
      ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, encodeURIComponent(value)])),
      "content-type": "application/json",
    };
    const { data: _data, ...bare } = event;
    const encoded = { ...bare, data_base64: Buffer.from(JSON.stringify(data)).toString("base64") };
    const all = [...eventsOf({}, event), ...eventsOf({}, [event]), ...eventsOf(headers, data), ...eventsOf({}, encoded)];
    expect(all).toHaveLength(4);
    const first = readCloudEvent(event, receivedAt);
    for (const one of all) expect(readCloudEvent(one, receivedAt)).toEqual(first);
    expect(first.kind).toBe("accepted");
  });
});

test.each([
  ["dev.cdevents.service.deployed.0.2.0", { subject: "service", predicate: "deployed" }],
  ["dev.cdevents.environment.modified.0.3.0-draft", { subject: "environment", predicate: "modified" }],
  ["dev.cdevents.taskrun.started", { subject: "taskrun", predicate: "started" }],
  ["dev.cdeventsx.argo-application.synced.0.1.0", { subject: "argo-application", predicate: "synced" }],
  ["com.github.push", null],
  ["dev.cdevents.service", null],
])("the type %s is %j", (type, expected) => {
  expect(subjectOfType(type)).toEqual(expected);
});

test.each([
  [purl, { name: "checkout", version: digest }],
  ["pkg:oci/checkout@sha256%3Aab?repository_url=ghcr.io/shop&tag=v4.7.1", { name: "checkout", version: "v4.7.1" }],
  ["pkg:golang/example.com/shop/checkout@234fd47e07d1", { name: "checkout", version: "234fd47e07d1" }],
  ["pkg:npm/%40shop/checkout", { name: "checkout", version: null }],
  ["checkout.tar.gz", null],
  [undefined, null],
])("the artifact %s is %j", (text, expected) => {
  expect(artifactOf(text)).toEqual(expected);
});

describe("a change event of PagerDuty", () => {
  const event = {
    routing_key: "k".repeat(32),
    payload: {
      summary: "Build Success: retries of the ledger are doubled", timestamp: "2026-11-24T10:02:58.315+0000", source: "build-pipeline-eu-7",
      custom_details: { build_state: "passed", build_number: "41", run_time: "1236s" },
    },
    links: [{ href: "https://ci.example/build/41", text: "The build" }],
  }; // prettier-ignore

  test("as it is documented is a change of what sent it", () => {
    const change = accepted(readPagerDutyChange(event, receivedAt));
    expect(placeReportedChange(change, known)).toMatchObject({
      entity: "//source/build-pipeline-eu-7", kind: "deployment", state: "succeeded", title: event.payload.summary, started_at: "2026-11-24T10:02:58.315Z", to: "41", url: "https://ci.example/build/41",
    }); // prettier-ignore
  });

  test("names its service, kind and outcome in its details", () => {
    const custom_details = { cluster: "eu-1", namespace: "shop", service: "ledger", kind: "config", status: "failed" };
    const change = accepted(readPagerDutyChange({ ...event, payload: { ...event.payload, custom_details } }, receivedAt));
    expect(placeReportedChange(change, known)).toMatchObject({ entity: "eu-1/shop/service/ledger", kind: "config", state: "failed" });
  });

  test("sent again is the same change, whatever its routing key", () => {
    const ids = [event, { ...event, routing_key: "other" }].map((one) => accepted(readPagerDutyChange(one, receivedAt)).id);
    expect(ids[0]).toBe(ids[1]);
    expect(accepted(readPagerDutyChange({ ...event, links: [] }, receivedAt)).id).not.toBe(ids[0]);
  });

  test("without a time began when it came, and without a summary is kept apart", () => {
    expect(accepted(readPagerDutyChange({ payload: { summary: "x" } }, receivedAt)).at).toEqual(receivedAt);
    expect(readPagerDutyChange({ payload: {} }, receivedAt)).toMatchObject({ kind: "malformed", field: "payload.summary" });
  });
});

describe("begin and end of a change, in whatever order they come", () => {
  const change = (phase: "begun" | "finished", minute: number, state: ReportedChange["state"]): ReportedChange => ({
    id: "c", kind: "deployment", title: "t", at: new Date(Date.UTC(2026, 10, 24, 10, minute)), phase, state, labels: {}, subject: { kind: "service", name: "checkout" }, by: null, to: null, url: null,
  }); // prettier-ignore
  const rowOf = (placed: ReturnType<typeof placeReportedChange>): ChangeRow =>
    ({
      ...placed,
      started_at: new Date(placed.started_at),
      ended_at: placed.ended_at === null ? null : new Date(placed.ended_at),
      from_version: null,
      to_version: placed.to,
    }) as never;
  const [begun, finished] = [change("begun", 1, "started"), change("finished", 4, "failed")];

  test.each([[[begun, finished]], [[finished, begun]], [[begun, finished, begun, finished]]])("they end in the same record", (events) => {
    let before: ChangeRow | undefined;
    for (const event of events) before = rowOf(placeReportedChange(event, { ...known, before }));
    expect(before).toMatchObject({ started_at: begun.at, ended_at: finished.at, state: "failed" });
  });
});
