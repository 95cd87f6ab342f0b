import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Snapshot } from "@sre/contracts/evidence";
import { scopeOf } from "@sre/diagnosis";
import { writeSnapshot } from "@sre/evidence";
import type { Scenario, Variant } from "./author/scenario.ts";
import { buildScenario } from "./author/build.ts";
import { scenarios } from "./index.ts";

/** The scenario as the files that stand in its folder: file name → text. */
export function filesOf(scenario: Scenario): Record<string, string> {
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  return {
    "alerts.json": json(webhookOf(scenario)),
    "changes.json": json(scenario.changes),
    "topology.json": json(scenario.topology),
    "expected.json": json(scenario.expected),
    "snapshot.ndjson": Buffer.from(writeSnapshot(snapshotOf(scenario))).toString("utf8"),
  };
}

/** The body that Alertmanager would post. */
function webhookOf(scenario: Scenario) {
  const { cluster, namespace } = scenario.place;
  return {
    version: "4", groupKey: `{}:{scenario="${scenario.name}"}`, truncatedAlerts: 0, status: "firing", receiver: "sre-platform", groupLabels: { cluster, namespace },
    commonLabels: { cluster, namespace, scenario: scenario.name }, commonAnnotations: {}, externalURL: "", alerts: scenario.alerts,
  }; // prettier-ignore
}

/** Everything the scenario's sources would have answered, as a snapshot. */
export function snapshotOf(scenario: Scenario): Snapshot {
  const scope = scopeOf({ asOf: scenario.asOf, alerts: scenario.scopeAlerts, entities: [], deployment: null });
  const header = { record: "header", format: "sre-evidence", version: 1, scope } as const;
  return { header, entities: scenario.entities, edges: scenario.edges, aliases: [], answers: scenario.answers };
}

/** Every scenario by name, as recorded or as a variant. */
export function recordedScenario(name: keyof typeof scenarios, variant: Variant = {}): Scenario {
  return buildScenario(scenarios[name](variant), variant);
}

/** Writes the files of all scenarios, or with `--check` fails when one differs from what its script says. */
function main(check: boolean): void {
  for (const name of Object.keys(scenarios) as (keyof typeof scenarios)[]) {
    const folder = join(import.meta.dirname, name);
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of Object.entries(filesOf(recordedScenario(name)))) {
      if (!check) writeFileSync(join(folder, file), text);
      else if (readFileSync(join(folder, file), "utf8") !== text) {
        process.stderr.write(`scenarios/${name}/${file} differs from its script: run \`npm run scenarios\`.\n`);
        process.exitCode = 1;
      }
    }
  }
}

if (import.meta.main) main(process.argv.includes("--check"));
