import { describe, expect, test } from "vitest";
import { sampleAlert } from "../../testing/sample-alert.ts";
import { severityFrom, withoutRepeats, type IncomingAlert } from "../incoming-alert.ts";
import { readAlertmanagerAlert } from "./alertmanager.ts";

const receivedAt = new Date("2026-11-24T10:05:00.000Z");

function accepted(item: unknown): IncomingAlert {
  const read = readAlertmanagerAlert(item, receivedAt);
  if (read.kind !== "accepted") throw new Error(JSON.stringify(read));
  return read.alert;
}

describe("reading one alert", () => {
  test("takes the zero end time of a firing alert as no end", () => {
    expect(accepted(sampleAlert({ fingerprint: "a1" })).endsAt).toBeNull();
  });
  test("takes the time of receipt for a resolved alert that carries no end", () => {
    expect(accepted(sampleAlert({ fingerprint: "a1", status: "resolved" })).endsAt).toEqual(receivedAt);
  });
  test.each(["9999-12-31T23:59:59Z", "2020-01-01T00:00:00Z"])("takes the time of receipt for an end that cannot be one: %s", (endsAt) => {
    expect(accepted(sampleAlert({ fingerprint: "a1", status: "resolved", endsAt })).endsAt).toEqual(receivedAt);
  });
  test.each(["constructor", "__proto__", "toString"])("reads the severity %s as a word that it does not know", (severity) => {
    expect(severityFrom({ severity })).toBe("warning");
  });
  test("keeps instants with nanoseconds and an offset", () => {
    expect(accepted(sampleAlert({ fingerprint: "a1", startsAt: "2026-11-24T12:00:00.123456789+02:00" })).startsAt.toISOString()).toBe(
      "2026-11-24T10:00:00.123Z",
    );
  });
  test.each([
    ["no alert name", { ...sampleAlert({ fingerprint: "a1" }), labels: { severity: "error" } }, "labels"],
    ["a fingerprint that is no hexadecimal number", sampleAlert({ fingerprint: "zz" }), "fingerprint"],
    ["a label with a control character", sampleAlert({ fingerprint: "a1", labels: { x: "a\u0000b" } }), "labels.x"],
    ["the zero time as its start", sampleAlert({ fingerprint: "a1", startsAt: "0001-01-01T00:00:00Z" }), "startsAt"],
    ["a start that no clock can have", sampleAlert({ fingerprint: "a1", startsAt: "9999-12-31T23:59:59-14:00" }), "startsAt"],
    ["a start in two days", sampleAlert({ fingerprint: "a1", startsAt: "2026-11-26T10:05:00Z" }), "startsAt"],
    ["no object at all", "alert", ""],
  ])("gives back %s as malformed with the field at fault", (_, item, field) => {
    expect(readAlertmanagerAlert(item, receivedAt)).toMatchObject({ kind: "malformed", field });
  });
  test.each([{ severity: "none" }, { severity: "info" }, { alertname: "Watchdog" }, { alertname: "InfoInhibitor", severity: "error" }])(
    "stores %j without an incident",
    (labels) => {
      expect(accepted(sampleAlert({ fingerprint: "a1", labels: labels as Record<string, string> })).opensIncident).toBe(false);
    },
  );
  test("reads the words of other tools for severities, and unknown ones as a warning", () => {
    expect(["page", "P2", "Warn", "none", "purple"].map((severity) => severityFrom({ severity }))).toEqual([
      "critical",
      "error",
      "warning",
      "info",
      "warning",
    ]);
    expect(severityFrom({})).toBe("warning");
  });
});

test("of two messages about one alert in one delivery the firing one counts, whatever their order", () => {
  const firing = accepted(sampleAlert({ fingerprint: "a1" }));
  const over = accepted(sampleAlert({ fingerprint: "a1", status: "resolved", endsAt: "2026-11-24T10:04:00Z" }));
  expect(withoutRepeats([firing, over]).map(({ status }) => status)).toEqual(["firing"]);
  expect(withoutRepeats([over, firing]).map(({ status }) => status)).toEqual(["firing"]);
});
