import type { Incident } from "@sre/contracts/control-plane";

export interface HeldRow {
  readonly incident: Incident;
  /** It no longer matches the view, but stays in its place until the reader asks for the new order. */
  readonly gone: boolean;
}

/** What is on screen keeps its order while its contents are renewed; newcomers are only counted. */
export function holdRows(shown: readonly Incident[], latest: readonly Incident[]): { rows: HeldRow[]; arrived: number } {
  const byId = new Map(latest.map((incident) => [incident.id, incident]));
  const known = new Set(shown.map((incident) => incident.id));
  const rows = shown.map((before) => {
    const now = byId.get(before.id);
    return { incident: now ?? before, gone: now === undefined };
  });
  return { rows, arrived: latest.filter((incident) => !known.has(incident.id)).length };
}
