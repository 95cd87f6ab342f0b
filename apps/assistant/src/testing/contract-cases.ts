// oxlint-disable-next-line no-restricted-imports -- support of tests: only they import it
import type { ContractCall } from "@sre/testkit";
import type { assistantOperations } from "@sre/contracts/assistant";
import { alertsRequest, deploymentRequest, fakeSource, shopAnswer, type FakeSource } from "./recorded-shop.ts";
import type { TestAssistant } from "./start-assistant.ts";

/** What calls are made of. */
export interface World {
  readonly assistant: TestAssistant;
  /** A session that has completed, and evidence that it saw. */
  readonly completed: { readonly session: string; readonly evidence: string };
  /** A session that waits for its sources. */
  readonly unfinished: string;
}

type MakesCall = (world: World) => ContractCall | Promise<ContractCall>;

/** How the statuses of one operation are provoked. Refusals that all operations share are not listed. */
interface ContractCase {
  /** The status of success, and a call that has it. */
  readonly success: readonly [number, MakesCall];
  /** Statuses that the operation has reasons of its own for. */
  readonly own?: Readonly<Record<number, MakesCall>>;
}

const right = { authorization: "Bearer runner" };
/** Of a team of its own, which may fill its queue. */
const busy = "stranger";

/** Unfinished sessions that a team may have in these tests. */
export const waitingMax = 8;
const slowCluster = "slow";
const slowAlerts = alertsRequest().alerts.map((alert) => ({ ...alert, entity: `${slowCluster}/shop/service/checkout` }));

/** A source over the shop that keeps those waiting who ask about the slow cluster, as long as they do. */
export function shopWithSlowCluster(): FakeSource {
  return fakeSource("prometheus", async (question, { signal }) => {
    if (JSON.stringify(question).includes(`"${slowCluster}/`) && !signal.aborted)
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    return shopAnswer(question, "prometheus");
  });
}

export function slowAlertsRequest() {
  return alertsRequest({ alerts: slowAlerts });
}

/** `path` once the caller's team has as many unfinished sessions as it may. */
async function whenFull({ assistant }: World, call: ContractCall): Promise<ContractCall> {
  for (let sent = 0; sent <= waitingMax; sent++) {
    const { status } = await assistant.call("POST", "/api/v1/diagnostics/alerts", { as: busy, body: slowAlertsRequest() });
    if (status === 429) break;
  }
  return { ...call, headers: { authorization: `Bearer ${busy}` } };
}

/** `again` with an idempotency key that came with `first`. */
async function withUsedKey({ assistant }: World, path: string, bodies: { first: object; again: object }): Promise<ContractCall> {
  const key = { "idempotency-key": `the key of ${path}` };
  await assistant.call("POST", path, { body: bodies.first, headers: key });
  return { path, headers: { ...right, ...key }, body: bodies.again };
}

const ahead = "2999-01-01T00:00:00.000Z";

function diagnoses(path: string, request: (more?: { severity?: "info"; as_of?: string }) => object): ContractCase {
  return {
    success: [202, () => ({ path, headers: right, body: request() })],
    own: {
      409: (world) => withUsedKey(world, path, { first: request(), again: request({ severity: "info" }) }),
      422: () => ({ path, headers: right, body: request({ as_of: ahead }) }),
      429: (world) => whenFull(world, { path, body: request() }),
    },
  };
}

const reads = (path: (world: World) => string): ContractCase => ({ success: [200, (world) => ({ path: path(world), headers: right })] });
const open = (path: string): ContractCase => ({ success: [200, () => ({ path })] });

/** Every operation of the contract. */
export const contractCases: Readonly<Record<keyof typeof assistantOperations, ContractCase>> = {
  diagnoseDeployment: diagnoses("/api/v1/diagnostics/deployment", deploymentRequest),
  diagnoseAlerts: diagnoses("/api/v1/diagnostics/alerts", alertsRequest),
  getDiagnosticStatus: reads(({ completed }) => `/api/v1/diagnostics/${completed.session}/status`),
  cancelDiagnostic: {
    success: [202, ({ unfinished }) => ({ path: `/api/v1/diagnostics/${unfinished}/cancel`, headers: right })],
    own: { 409: ({ completed }) => ({ path: `/api/v1/diagnostics/${completed.session}/cancel`, headers: right }) },
  },
  getDiagnosticSnapshot: reads(({ completed }) => `/api/v1/diagnostics/${completed.session}/snapshot`),
  getDiagnosticEvidence: reads(({ completed }) => `/api/v1/diagnostics/${completed.session}/evidence/${completed.evidence}`),
  listDiagnosticHistory: reads(() => "/api/v1/diagnostics/history"),
  getToolStatus: reads(() => "/api/v1/tools/status"),
  listWorkflowTemplates: reads(() => "/api/v1/workflows/templates"),
  getHealth: open("/healthz"),
  getReadiness: open("/readyz"),
  getMetrics: open("/metrics"),
  getOpenApi: open("/openapi.json"),
};
