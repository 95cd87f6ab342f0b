import type { Incident } from "@sre/contracts/control-plane";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { incidentsQuery } from "../api/queries.ts";

/** The incidents that are known here, by their ids. */
export function useIncidentNames(): ReadonlyMap<string, Incident> {
  const query = useQuery(incidentsQuery({ status: "all" }));
  return new Map((query.data?.items ?? []).map((incident) => [incident.id, incident]));
}

/** Leads to an incident; one that is too old to be known by name stands there with the end of its id. */
export function IncidentLink({ id, names }: { id: string; names: ReadonlyMap<string, Incident> }) {
  const incident = names.get(id);
  return (
    <Link to="/incidents/$incidentId" params={{ incidentId: id }}>
      {incident ? `#${incident.number} ${incident.title}` : `…${id.slice(-12)}`}
    </Link>
  );
}
