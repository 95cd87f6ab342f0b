import type { ControlPlane } from "../../../e2e/intake/control-plane.ts";
import { query } from "./postgres.ts";

const alertsPerIncident = 100;
/** Of the incidents, so many of the newest are open, whatever the number of the older ones. */
export const openIncidents = 10;
const openEvery = 100;
const services = 2_000;
const rules = 50;
const rowsPerStatement = 100_000;

const team = "'00000000-0000-7000-8000-000000000001'::uuid";
// Version 7 by its marks only.
const id = (kind: string, of: string) => `overlay(overlay(md5('${kind}' || ${of}) placing '7' from 13) placing '8' from 17)::uuid`;
// The API knows milliseconds.
const at = "date_trunc('milliseconds', now()) - i * interval '1 second'";
const isOpen = (incident: string) => `(${incident} < ${openIncidents} or ${incident} % ${openEvery} = 0)`;
const severity = (incident: string) => `case when ${incident} % 97 = 0 then 'critical' else 'warning' end`;
const service = (incident: string) => `'service-' || ${incident} % ${services}`;

function fillIncidents(url: string, schema: string, incidents: number): void {
  query(url, `insert into ${schema}.incidents (team_id, id, number, title, status, severity, cluster, environment, namespace, service, started_at, last_alert_at, created_at, updated_at,
      resolved_at, grouped_because, alerts_firing, alerts_total, version)
    select ${team}, ${id("incident", "i")}, ${incidents} - i, 'Errors of ' || ${service("i")} || ' are high', case when ${isOpen("i")} then 'new' else 'resolved' end, ${severity("i")}, 'bench', 'production', 'shop', ${service("i")},
      t, t, t, t, case when not ${isOpen("i")} then t end, 'One service', case when ${isOpen("i")} then ${alertsPerIncident} else 0 end, ${alertsPerIncident}, 1
    from generate_series(0, ${incidents - 1}) as i, lateral (select date_trunc('milliseconds', now()) - i * interval '${alertsPerIncident} seconds' as t) as times`); // prettier-ignore
  query(url, `insert into ${schema}.incident_entities (team_id, incident_id, entity) select ${team}, ${id("incident", "i")}, 'bench/shop/service/' || ${service("i")} from generate_series(0, ${incidents - 1}) as i`); // prettier-ignore
  query(url, `insert into ${schema}.counters (team_id, name, value) values (${team}, 'incidents', ${incidents}) on conflict (team_id, name) do update set value = excluded.value`); // prettier-ignore
}

function fillAlerts(url: string, schema: string, { from, to, alerts }: { from: number; to: number; alerts: number }): void {
  // The oldest hundred are of a rule that nobody has any more: what a search finds last.
  const name = `case when i >= ${alerts - 100} then 'RetiredRule' else 'Rule' || i % ${rules} || 'Fires' end`;
  query(url, `insert into ${schema}.alerts (team_id, id, integration, fingerprint, starts_at, ends_at, name, status, severity, opens_incident, entity, service, cluster, environment, namespace,
      labels, annotations, received_at, updated_at, incident_id)
    select ${team}, ${id("alert", "i")}, 'alertmanager', md5(i::text), ${at}, case when not ${isOpen("n")} then ${at} + interval '5 minutes' end, ${name}, case when ${isOpen("n")} then 'firing' else 'resolved' end, ${severity("n")}, true,
      'bench/shop/service/' || ${service("n")}, ${service("n")}, 'bench', 'production', 'shop',
      jsonb_build_object('alertname', ${name}, 'service', ${service("n")}, 'cluster', 'bench', 'environment', 'production', 'namespace', 'shop', 'instance', '10.0.0.' || i % 250 || ':9100'),
      jsonb_build_object('summary', 'Errors of ' || ${service("n")} || ' are high', 'description', 'More than 5 % of requests failed during the last five minutes.'), ${at}, ${at}, ${id("incident", "n")}
    from generate_series(${from}, ${to}) as i, lateral (select i / ${alertsPerIncident} as n) as incident`); // prettier-ignore
}

/** Fills the tables with `alerts` alerts, one a second into the past, and their incidents: the newest ten and every hundredth older one are open, and their alerts fire. */
export function fill(url: string, { schema }: ControlPlane, alerts: number): void {
  fillIncidents(url, schema, alerts / alertsPerIncident);
  for (let from = 0; from < alerts; from += rowsPerStatement)
    fillAlerts(url, schema, { from, to: Math.min(alerts, from + rowsPerStatement) - 1, alerts });
  for (const table of ["alerts", "incidents", "incident_entities"]) query(url, `vacuum analyze ${schema}.${table}`);
}
