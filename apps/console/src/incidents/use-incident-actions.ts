import { call, callText } from "../api/client.ts";
import { useRun } from "../api/use-run.ts";
import { useLanguage } from "../app/language.ts";

export interface ChosenDeployment {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** What people can do to incidents; each says what came of it and renews what it changed. */
export function useIncidentActions() {
  const { t, language } = useLanguage();
  const { working, run } = useRun([["incidents"], ["incident"], ["alerts"], ["correlation", "feedback"]]);

  const on = (incident_id: string) => ({ params: { incident_id } });
  return {
    working,
    acknowledge: (id: string) => run(() => call("acknowledgeIncident", on(id)), t("action.acknowledged")),
    acknowledgeAll: (ids: readonly string[]) =>
      run(() => Promise.all(ids.map((id) => call("acknowledgeIncident", on(id)))), t("action.acknowledged")),
    resolve: (id: string, resolution: string) =>
      run(() => call("resolveIncident", { ...on(id), body: { resolution } }), t("action.resolvedDone")),
    resolveAll: (ids: readonly string[], resolution: string) =>
      run(() => Promise.all(ids.map((id) => call("resolveIncident", { ...on(id), body: { resolution } }))), t("action.resolvedDone")),
    merge: (id: string, body: { into: string; reason: string }) =>
      run(() => call("mergeIncident", { ...on(id), body }), t("regroup.merged")),
    split: (id: string, { alertIds, title, reason }: { alertIds: string[]; title: string; reason: string }) =>
      run(
        () => call("splitIncident", { ...on(id), body: { alert_ids: alertIds, reason, ...(title ? { title } : {}) } }),
        t("regroup.moved"),
      ),
    move: ({ alertIds, into, reason }: { alertIds: readonly string[]; into: string; reason: string }) =>
      run(async () => {
        // One after the other: each holds both incidents.
        for (const alert_id of alertIds) await call("moveAlert", { params: { alert_id }, body: { incident_id: into, reason } });
      }, t("regroup.moved")),
    comment: (id: string, text: string) => run(() => call("commentOnIncident", { ...on(id), body: { text } }), t("action.commented")),
    assign: (id: string, assignee: string | null) =>
      run(() => call("assignIncident", { ...on(id), body: { assignee } }), t("action.assigned")),
    diagnose: (id: string, deployment: ChosenDeployment | null) =>
      run(() => call("requestDiagnosis", { ...on(id), body: { deployment } }), t("action.asked")),
    copyReport: (id: string) =>
      run(
        async () => navigator.clipboard.writeText(await callText("getIncidentReport", { ...on(id), query: { language } })),
        t("action.copied"),
      ),
  };
}

export type IncidentActions = ReturnType<typeof useIncidentActions>;
