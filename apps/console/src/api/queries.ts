import type { Severity } from "@sre/contracts/evidence";
import { queryOptions } from "@tanstack/react-query";
import { call, rememberCsrfToken } from "./client.ts";

/** Most incidents that the list holds at once. */
export const incidentsMax = 200;

export interface IncidentFilter {
  readonly status: "open" | "new" | "acknowledged" | "resolved" | "all";
  readonly severity?: Severity | undefined;
  readonly search?: string | undefined;
}

export const signedInQuery = () =>
  queryOptions({
    queryKey: ["session"],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const person = await call("getSignedIn", {}, signal);
      rememberCsrfToken(person.csrf_token);
      return person;
    },
  });

export const incidentsQuery = ({ status, severity, search }: IncidentFilter) =>
  queryOptions({
    queryKey: ["incidents", status, severity ?? "", search ?? ""],
    queryFn: ({ signal }) =>
      call(
        "listIncidents",
        { query: { limit: incidentsMax, status: status === "all" ? undefined : status, severity, search: search || undefined } },
        signal,
      ),
  });

export const incidentQuery = (id: string) =>
  queryOptions({ queryKey: ["incident", id], queryFn: ({ signal }) => call("getIncident", { params: { incident_id: id } }, signal) });

export const timelineQuery = (id: string) =>
  queryOptions({
    queryKey: ["incident", id, "timeline"],
    queryFn: ({ signal }) => call("getIncidentTimeline", { params: { incident_id: id } }, signal),
  });

export const incidentAlertsQuery = (id: string) =>
  queryOptions({
    queryKey: ["incident", id, "alerts"],
    queryFn: ({ signal }) => call("listAlerts", { query: { incident_id: id, limit: 200 } }, signal),
  });

export const runsQuery = (id: string) =>
  queryOptions({
    queryKey: ["incident", id, "runs"],
    queryFn: ({ signal }) => call("listIncidentDiagnoses", { params: { incident_id: id } }, signal),
  });

/** One run; a reported one never changes again, so it is kept. */
export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["run", id],
    queryFn: ({ signal }) => call("getDiagnosis", { params: { diagnosis_id: id } }, signal),
    staleTime: (query) => (query.state.data?.status === "reported" ? Number.POSITIVE_INFINITY : 0),
  });

/** One answer of a run: evidence is immutable. */
export const evidenceQuery = (runId: string, evidenceId: string) =>
  queryOptions({
    queryKey: ["evidence", runId, evidenceId],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => call("getDiagnosisEvidence", { params: { diagnosis_id: runId, evidence_id: evidenceId } }, signal),
  });

export const sourcesQuery = () =>
  queryOptions({ queryKey: ["sources"], refetchInterval: 30_000, queryFn: ({ signal }) => call("listSources", {}, signal) });
