import { performance } from "node:perf_hooks";
import { startControlPlane, type ControlPlane } from "../../../e2e/intake/control-plane.ts";
import { quantile } from "../../src/figures.ts";
import { benchBody } from "./alerts.ts";
import { query } from "./postgres.ts";

const sizes = [1_000, 1_000_000] as const;
const alertsPerIncident = 100;
const requestsEach = 300;
const rowsPerStatement = 100_000;
const p99MsMax = 20;

/** Fills the tables with incidents of a hundred alerts each; every tenth alert fires, every tenth incident is open. */
function fill(url: string, { schema }: ControlPlane, alerts: number): void {
  const team = "'00000000-0000-7000-8000-000000000001'::uuid";
  // Version 7 by its marks only.
  const id = (kind: string, of: string) => `overlay(overlay(md5('${kind}' || ${of}) placing '7' from 13) placing '8' from 17)::uuid`;
  const at = "now() - i * interval '1 second'";
  const incidents = Math.ceil(alerts / alertsPerIncident);
  query(url, `insert into ${schema}.incidents (team_id, id, number, title, status, severity, cluster, environment, namespace, service, started_at, last_alert_at, created_at, updated_at,
      grouped_because, alerts_firing, alerts_total, version)
    select ${team}, ${id("incident", "i")}, i + 1000000, 'Errors of service-' || i, case when i % 10 = 0 then 'new' else 'resolved' end, 'warning', 'filled', 'production', 'shop', 'service-' || i,
      ${at}, ${at}, ${at}, ${at}, 'filled', 10, ${alertsPerIncident}, 1 from generate_series(0, ${incidents - 1}) as i`); // prettier-ignore
  for (let from = 0; from < alerts; from += rowsPerStatement) {
    const to = Math.min(alerts, from + rowsPerStatement) - 1;
    query(url, `insert into ${schema}.alerts (team_id, id, integration, fingerprint, starts_at, ends_at, name, status, severity, opens_incident, entity, service, cluster, environment, namespace,
        labels, annotations, received_at, updated_at, incident_id)
      select ${team}, ${id("alert", "i")}, 'alertmanager', md5(i::text), ${at}, case when i % 10 = 0 then null else now() end, 'HighErrorRate', case when i % 10 = 0 then 'firing' else 'resolved' end, 'warning', true,
        'filled/shop/service/service-' || i / ${alertsPerIncident}, 'service-' || i / ${alertsPerIncident}, 'filled', 'production', 'shop',
        jsonb_build_object('alertname', 'HighErrorRate', 'service', 'service-' || i), '{"summary": "Errors are high"}', ${at}, ${at}, ${id("incident", `i / ${alertsPerIncident}`)}
      from generate_series(${from}, ${to}) as i`); // prettier-ignore
  }
  query(url, `analyze ${schema}.alerts`);
  query(url, `analyze ${schema}.incidents`);
}

async function timed(work: (index: number) => Promise<void>): Promise<number> {
  const took: number[] = [];
  for (let index = 0; index < requestsEach; index++) {
    const startedMs = performance.now();
    await work(index);
    // The first tenth warms up code and cache.
    if (index >= requestsEach / 10) took.push(performance.now() - startedMs);
  }
  return quantile(took, 0.99);
}

/** p99 in milliseconds of what people and senders do, one request after the other. */
async function measure(url: string, plane: ControlPlane): Promise<Record<string, number>> {
  const open = query(url, `select id from ${plane.schema}.incidents where status = 'new' order by number desc limit ${requestsEach}`).split(
    "\n",
  );
  const incident = (index: number) => open[index % open.length] ?? "";
  const list = (path: string) => timed(async () => void (await plane.read(path)));
  const headers = { authorization: `Bearer ${plane.ingestToken}`, "content-type": "application/json" };
  const run = Math.floor(Date.now() / 1_000) % 0x7fffffff;
  return {
    "list of alerts": await list("/api/v1/alerts?limit=50"),
    "alerts that fire": await list("/api/v1/alerts?status=firing&limit=50"),
    "alerts of an incident": await timed(
      async (index) => void (await plane.read(`/api/v1/alerts?incident_id=${incident(index)}&limit=50`)),
    ),
    "open incidents": await list("/api/v1/incidents?status=open&limit=50"),
    "a status changes": await timed((index) =>
      plane.post(
        `/api/v1/incidents/${incident(index)}/${index < open.length ? "acknowledge" : "comments"}`,
        index < open.length ? {} : { text: "seen" },
      ),
    ),
    "an alert is grouped": await timed(async (index) => {
      const answer = await fetch(plane.webhook, { method: "POST", headers, body: benchBody(run, index, 1) });
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
      await answer.text();
    }),
  };
}

/** Prints how long requests take with a thousand and with a million alerts stored. */
export async function compareSizes(url: string): Promise<void> {
  const seen: Record<string, number>[] = [];
  for (const size of sizes) {
    const plane = await startControlPlane(url);
    try {
      fill(url, plane, size);
      seen.push(await measure(url, plane));
    } finally {
      await plane.close();
      query(url, `drop schema if exists ${plane.schema}, ${plane.schema}_jobs cascade`);
    }
  }
  console.log(`| p99 of | ${sizes.map((size) => `${size.toLocaleString("en")} alerts`).join(" | ")} | ratio |\n|---|---|---|---|`);
  for (const name of Object.keys(seen[0] ?? {})) {
    const [small = Number.NaN, large = Number.NaN] = seen.map((one) => one[name]);
    console.log(`| ${name} | ${small.toFixed(1)} ms | ${large.toFixed(1)} ms | ${(large / small).toFixed(2)} |`);
    if (large > p99MsMax && process.argv.includes("--gate")) process.exitCode = 1;
  }
}
