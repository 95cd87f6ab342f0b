import { describe, expect, test } from "vitest";
import type { AlertRow } from "../alerts/store.ts";
import type { IncidentOverview } from "../incidents/store.ts";
import { alertAnalysisRequest, asOfFor, deploymentRequest } from "./analysis-request.ts";
import type { DiagnosisRow } from "./store.ts";

const receivedAt = new Date("2026-11-24T10:01:00.000Z");
const requestedAt = new Date("2026-11-24T10:30:00.000Z");

function alert(input: Partial<AlertRow> = {}): AlertRow {
  return {
    team_id: "t", id: "a", integration: "alertmanager", fingerprint: "a1", starts_at: new Date("2026-11-24T10:00:00.000Z"), ends_at: null, name: "High", status: "firing", severity: "error",
    opens_incident: true, entity: "eu-1/shop/service/checkout", service: "checkout", cluster: "eu-1", environment: "production", namespace: "shop", labels: {}, annotations: {},
    received_at: receivedAt, updated_at: receivedAt, incident_id: "i", held: null, held_by: null, ...input,
  }; // prettier-ignore
}

const incident = { id: "i", severity: "error", entities: ["eu-1/shop/service/checkout"], resolved_at: null } as unknown as IncidentOverview;
const diagnosis = (trigger: DiagnosisRow["trigger"]) => ({ trigger, requested_at: requestedAt }) as DiagnosisRow;
const input = (alerts: AlertRow[], trigger: DiagnosisRow["trigger"] = "new_incident") => ({
  incident,
  diagnosis: diagnosis(trigger),
  alerts,
  timeLimitSeconds: 120,
  recordedScenarios: true,
});

describe("as of when a diagnosis reasons", () => {
  test("is when the alerts were received, for the first look", () => {
    expect(asOfFor(input([alert()]))).toEqual(receivedAt);
  });
  test("is when it was asked for, for a later look at what still fires", () => {
    expect(asOfFor(input([alert()], "recheck"))).toEqual(requestedAt);
  });
  test("is when the last alert ended, for a later look at what is over", () => {
    const endsAt = new Date("2026-11-24T10:10:00.000Z");
    expect(asOfFor(input([alert({ status: "resolved", ends_at: endsAt })], "person"))).toEqual(endsAt);
  });
  test("is what a recorded scenario says, whoever asks and when", () => {
    const labels = { scenario: "full-node", scenario_as_of: "2026-11-05T14:32:00.000Z" };
    for (const trigger of ["new_incident", "recheck", "person"] as const) {
      expect(asOfFor(input([alert({ labels })], trigger)).toISOString()).toBe("2026-11-05T14:32:00.000Z");
    }
  });
  test("is the start of a recorded scenario's latest alert when it says nothing", () => {
    const later = new Date("2026-11-24T10:00:30.000Z");
    const labels = { scenario: "full-node" };
    expect(asOfFor(input([alert({ labels }), alert({ labels, starts_at: later })]))).toEqual(later);
  });
});

describe("the request to the assistant", () => {
  test("names the recorded snapshot that the alerts belong to", () => {
    expect(alertAnalysisRequest(input([alert({ labels: { scenario: "full-node" } })])).snapshot).toBe("full-node");
    expect(alertAnalysisRequest(input([alert()]))).not.toHaveProperty("snapshot");
  });
  test("takes the label scenario of a real alert for what it is: a label", () => {
    const real = {
      ...input([alert({ labels: { scenario: "ramping", scenario_as_of: "2020-01-01T00:00:00.000Z" } })]),
      recordedScenarios: false,
    };
    expect(alertAnalysisRequest(real)).not.toHaveProperty("snapshot");
    expect(asOfFor(real)).toEqual(receivedAt);
  });
  test("gives an alert about nothing known an id of its own", () => {
    expect(alertAnalysisRequest(input([alert({ entity: null })])).alerts[0]?.entity).toBe("eu-1/shop/alert/High");
  });
  test("names the deployment to judge by its parts", () => {
    expect(deploymentRequest(input([]), "eu-1/shop/deployment/check%2Fout")).toMatchObject({
      cluster: "eu-1",
      namespace: "shop",
      deployment: "check/out",
      alerts: [],
    });
  });
});
