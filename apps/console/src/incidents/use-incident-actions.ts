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
  const { working, run } = useRun([["incidents"], ["incident"]]);

  const on = (incident_id: string) => ({ params: { incident_id } });
  return {
    working,
    acknowledge: (id: string) => run(() => call("acknowledgeIncident", on(id)), t("action.acknowledged")),
    acknowledgeAll: (ids: readonly string[]) =>
      run(() => Promise.all(ids.map((id) => call("acknowledgeIncident", on(id)))), t("action.acknowledged")),
    resolve: (id: string, resolution: string) =>
      run(() => call("resolveIncident", { ...on(id), body: { resolution } }), t("action.resolvedDone")),
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
