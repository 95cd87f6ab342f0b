import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, callText, RequestFailed } from "../api/client.ts";
import { useLanguage } from "../app/language.ts";
import { useToast } from "../ui/toast.tsx";

export interface ChosenDeployment {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** What people can do to incidents; each says what came of it and renews what it changed. */
export function useIncidentActions() {
  const { t, language } = useLanguage();
  const toast = useToast();
  const client = useQueryClient();
  const [working, setWorking] = useState(false);

  const run = async (work: () => Promise<unknown>, done: string): Promise<boolean> => {
    setWorking(true);
    try {
      await work();
      toast(done);
      return true;
    } catch (error) {
      const problem = error instanceof RequestFailed ? error.problem : null;
      toast(
        problem
          ? `${problem.detail} ${problem.next_step}`
          : error instanceof RequestFailed
            ? t(`problem.${error.kind}`)
            : t("action.copyFailed"),
      );
      return false;
    } finally {
      setWorking(false);
      await Promise.all([client.invalidateQueries({ queryKey: ["incidents"] }), client.invalidateQueries({ queryKey: ["incident"] })]);
    }
  };

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
