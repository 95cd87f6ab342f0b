import type { Alert, DiagnosisRun, Incident } from "@sre/contracts/control-plane";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { useKeys, type KeyActions } from "../app/keys.ts";
import { without } from "../app/search.ts";
import { CausesPanel } from "../diagnoses/causes-panel.tsx";
import { PlanPanel } from "../diagnoses/plan-panel.tsx";
import { RunContext, type ShownRun } from "../diagnoses/run-context.ts";
import { VerdictPanel } from "../diagnoses/verdict-panel.tsx";
import { DetailTabs } from "./detail-tabs.tsx";
import { HappenedPanel } from "./happened-panel.tsx";

const EvidenceDrawer = lazy(() => import("../evidence/evidence-drawer.tsx").then((module) => ({ default: module.EvidenceDrawer })));

interface RunViewProps {
  readonly run: DiagnosisRun;
  readonly result: NonNullable<DiagnosisRun["result"]>;
  readonly incident: Incident;
  readonly alerts: readonly Alert[];
}

/** A diagnosis with all that supports it; what is chosen stands in the address. */
export function RunView({ run, result, incident, alerts }: RunViewProps) {
  const search = useSearch({ from: "/shell/incidents/$incidentId" });
  const navigate = useNavigate({ from: "/incidents/$incidentId" });
  const { diagnosis } = result;
  const cause = search.cause ? (diagnosis.causes[search.cause - 1] ?? null) : null;
  const chooseCause = (place: number | null) =>
    void navigate({
      search: (before) => (place === null || place === before.cause ? without(before, ["cause"]) : { ...before, cause: place }),
      replace: true,
      resetScroll: false,
    });
  const shown = useMemo<ShownRun>(() => {
    const openEvidence = (id: string, part?: string) =>
      void navigate({
        search: (before) => ({ ...without(before, ["part"]), evidence: id, ...(part ? { part } : {}) }),
        resetScroll: false,
      });
    return { run, result, diagnosis, cause, openEvidence };
  }, [run, result, diagnosis, cause, navigate]);
  const digits = Object.fromEntries(diagnosis.causes.slice(0, 9).map((_, index) => [String(index + 1), () => chooseCause(index + 1)]));
  const keys: KeyActions = { ...digits, ...(cause ? { Escape: () => chooseCause(null) } : {}) };
  useKeys(keys);
  return (
    <RunContext value={shown}>
      <VerdictPanel />
      <div className="incident-columns">
        <div className="incident-left">
          <CausesPanel chosen={search.cause ?? null} onChoose={chooseCause} />
          <PlanPanel />
        </div>
        <div className="incident-right">
          <HappenedPanel alerts={alerts} range={search.range} />
          <DetailTabs incident={incident} tab={search.tab ?? "evidence"} onClearCause={() => chooseCause(null)} />
        </div>
      </div>
      <Suspense>{search.evidence ? <EvidenceDrawer id={search.evidence} part={search.part ?? null} /> : null}</Suspense>
    </RunContext>
  );
}
