import type { DiagnosisSummary } from "@sre/contracts/control-plane";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { incidentAlertsQuery, incidentQuery, runQuery, runsQuery } from "../api/queries.ts";

/** How often a run in progress is asked for when no event tells, in milliseconds. */
const progressMs = 3_000;

export interface RunChoice {
  /** The run to show: the one the address names, else the one that is being read, else the newest. */
  readonly shownId: string | null;
  /** A newer result than the one being read. */
  readonly announced: DiagnosisSummary | null;
  /** The run that has not ended. */
  readonly running: DiagnosisSummary | null;
  /** The newest run, when it ended without a result. */
  readonly broken: DiagnosisSummary | null;
  readonly reported: readonly DiagnosisSummary[];
}

const isRunning = (run: DiagnosisSummary) => run.status === "queued" || run.status === "running";
const newestFirst = (a: DiagnosisSummary, b: DiagnosisSummary) =>
  Date.parse(b.requested_at) - Date.parse(a.requested_at) || (a.id < b.id ? 1 : -1);

/** Which run to show, given what is being read: a new verdict never replaces it by itself. */
export function chooseRun(runs: readonly DiagnosisSummary[], wanted: { fromAddress: string | undefined; read: string | null }): RunChoice {
  const sorted = [...runs].sort(newestFirst);
  const reported = sorted.filter((run) => run.status === "reported");
  const has = (id: string | null | undefined) => reported.find((run) => run.id === id)?.id ?? null;
  const shownId =
    has(wanted.fromAddress) ?? has(wanted.read) ?? reported.find((run) => run.kind === "alerts")?.id ?? reported[0]?.id ?? null;
  const shown = reported.find((run) => run.id === shownId);
  const newest = reported[0];
  const announced = shown && newest && newest.id !== shown.id && newestFirst(newest, shown) < 0 ? newest : null;
  const first = sorted[0];
  const broken = first && (first.status === "failed" || first.status === "cancelled") ? first : null;
  return { shownId, announced, running: sorted.find(isRunning) ?? null, broken, reported };
}

/** Everything the page of an incident reads. */
export function useIncident(incidentId: string, fromAddress: string | undefined) {
  const [read, setRead] = useState<{ incident: string; run: string } | null>(null);
  const incident = useQuery(incidentQuery(incidentId));
  const alerts = useQuery(incidentAlertsQuery(incidentId));
  const runs = useQuery({
    ...runsQuery(incidentId),
    refetchInterval: (query) => (query.state.data?.items.some(isRunning) ? progressMs : false),
  });
  const choice = chooseRun(runs.data?.items ?? [], { fromAddress, read: read?.incident === incidentId ? read.run : null });
  if (choice.shownId && (read?.run !== choice.shownId || read.incident !== incidentId))
    setRead({ incident: incidentId, run: choice.shownId });
  const run = useQuery({ ...runQuery(choice.shownId ?? ""), enabled: choice.shownId !== null });
  return { incident, alerts, runs, choice, run, show: (id: string) => setRead({ incident: incidentId, run: id }) };
}
