import type { Cause, Diagnosis } from "@sre/contracts/evidence";
import type { DiagnosisRun } from "@sre/contracts/control-plane";
import { createContext, useContext } from "react";

type Result = NonNullable<DiagnosisRun["result"]>;

/** The run that is shown, the cause chosen in it, and how its evidence is opened. */
export interface ShownRun {
  readonly run: DiagnosisRun;
  readonly result: Result;
  readonly diagnosis: Diagnosis;
  readonly cause: Cause | null;
  readonly openEvidence: (id: string, part?: string) => void;
}

export const RunContext = createContext<ShownRun | null>(null);

/** The run that is shown. Only below a page that has one. */
export function useShownRun(): ShownRun {
  const shown = useContext(RunContext);
  if (!shown) throw new Error("There is no diagnosis here.");
  return shown;
}
