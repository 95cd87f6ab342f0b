import { evidenceId } from "@sre/contracts/canonical";
import type { Answer, ClusterObject, DataOf, EntityId, EvidenceData, Finding, Question } from "@sre/contracts/evidence";
import { detectFindings } from "../detect/detect.ts";
import { diagnose, scopeOf } from "../index.ts";
import { readEvidence } from "../seen/seen.ts";
import { ago, alert, asOf } from "./builders.ts";
import { id } from "./world.ts";

export const cart = id("service", "cart");
const shop = id("namespace", "shop", "");
const scope = scopeOf({ asOf, alerts: [alert("A", cart, 10)], entities: [], deployment: null });

function answer(question: Question, data: EvidenceData): Answer {
  const coverage = { from: scope.window.from, to: asOf, complete: true, missing_share: 0, as_of: "then" as const };
  return { id: evidenceId(question, "recorded"), source: "recorded", question, asked: [], kind: "answered", data, coverage };
}

export type Alerts = DataOf<"alerts">["alerts"];
export type Checks = DataOf<"checks">["checks"];
type Topology = DataOf<"topology">["edges"];

/** What sources say of a small estate whose service cart alerts. */
export interface Told {
  readonly objects?: readonly ClusterObject[];
  readonly alerts?: Alerts;
  readonly checks?: Checks;
  readonly logs?: readonly (readonly [of: EntityId, template: string])[];
  readonly edges?: Topology;
}

function answers({ objects = [], alerts = [], checks = [], logs = [], edges = [] }: Told): Answer[] {
  const { window } = scope;
  const pattern = (template: string) => ({
    template, level: "error" as const, instance: "current" as const, counts: [0, 0, 9], first_at: ago(8), last_at: ago(1), samples: [template],
  }); // prettier-ignore
  return [
    answer({ about: "objects", kinds: ["pod"], in: shop, as_of: asOf }, { about: "objects", objects: [...objects] }),
    answer({ about: "alerts", in: shop, window }, { about: "alerts", alerts: [...alerts] }),
    answer({ about: "checks", of: [cart], as_of: asOf }, { about: "checks", checks: [...checks] }),
    answer({ about: "topology", of: [cart], depth: 2 }, { about: "topology", entities: [], edges: [...edges], aliases: [] }),
    ...logs.map(([of, template]) =>
      answer(
        { about: "logs", of, levels: ["error"], window, want: "patterns", limit: 100 },
        {
          about: "logs",
          start: window.from,
          step_ms: 600_000,
          lines_total: 9,
          traces_total: null,
          filter: "",
          patterns: [pattern(template)],
        },
      ),
    ),
  ];
}

export const findings = (told: Told): Finding[] => detectFindings(readEvidence(scope, answers(told)));
export const only = (found: readonly Finding[], what: string) => found.filter((each) => each.what === what);
export const first = (told: Told) => diagnose(scope, answers(told)).causes[0];

export const object = (entity: EntityId, more: Partial<ClusterObject> = {}): ClusterObject => ({
  entity, view: "live", api_kind: "", generation: 1, created_at: ago(600), owner: null, labels: {}, spec: {}, status: {}, refs: [], ...more,
}); // prettier-ignore

export const deployment = (name: string, template: Record<string, unknown> = {}, more: Partial<ClusterObject> = {}): ClusterObject =>
  object(id("deployment", name), {
    spec: {
      replicas: 1,
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, ports: [{ containerPort: 8080, name: "http" }] }], ...template },
      },
    },
    status: { replicas: 1, availableReplicas: 1 },
    ...more,
  });
export const running = (name: string, on = "worker-1", labels: Record<string, string> = { app: name }): ClusterObject =>
  object(id("pod", `${name}-1`), {
    owner: id("deployment", name),
    labels,
    spec: { nodeName: on, containers: [{ name }] },
    status: { phase: "Running" },
  });
export const service = (name: string, spec: Record<string, unknown>): ClusterObject => object(id("service", name), { spec });
export const port = (more: Record<string, unknown>) => ({ port: 80, targetPort: 8080, protocol: "TCP", ...more });
