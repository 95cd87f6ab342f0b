import {
  assistantOperations,
  type healthOperations,
  openApiDocument,
  type AlertAnalysisRequest,
  type DiagnosticRequest,
  type DiagnosticResult,
  type DiagnosticStatus,
} from "@sre/contracts/assistant";
import type { Answer } from "@sre/contracts/evidence";
import {
  createMetrics,
  RuleBroken,
  startHttpServer,
  type Clock,
  type Handlers,
  type HttpServer,
  type Log,
  type NewId,
  type TokenVerifier,
} from "@sre/service-kit";
import { sampleEvidenceId, sampleResult } from "./sample-result.ts";

/** What it was asked, in order. */
interface Asked {
  readonly kind: "alerts" | "deployment";
  readonly sessionId: string;
  readonly idempotencyKey: string | undefined;
  readonly body: AlertAnalysisRequest | DiagnosticRequest;
}

export interface FakeAssistant extends AsyncDisposable {
  readonly url: string;
  readonly asked: Asked[];
  /** What the next sessions conclude; null = they stay running. */
  answerWith(result: DiagnosticResult | null | { readonly error: string }): void;
  /** Answers 503 to everything while it is on. */
  outage(on: boolean): void;
  /** Refuses requests for a session with 422 while it is on. */
  refuse(on: boolean): void;
}

interface Session {
  readonly asked: Asked;
  polls: number;
}

export interface FakeAssistantInput {
  readonly verifier: TokenVerifier;
  readonly log: Log;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** An assistant that checks tokens and the contract, and concludes what it is told to. */
export async function startFakeAssistant({ verifier, log, clock, newId }: FakeAssistantInput): Promise<FakeAssistant> {
  const sessions = new Map<string, Session>();
  const byKey = new Map<string, string>();
  const asked: Asked[] = [];
  let conclusion: DiagnosticResult | null | { readonly error: string } = sampleResult();
  const state = { outage: false, refuse: false };

  function accept(kind: Asked["kind"], body: Asked["body"], idempotencyKey: string | undefined) {
    if (state.refuse) throw new RuleBroken("unprocessable", "These alerts cannot be diagnosed.");
    const known = idempotencyKey === undefined ? undefined : byKey.get(idempotencyKey);
    const sessionId = known ?? newId();
    if (known === undefined) {
      const one = { kind, sessionId, idempotencyKey, body };
      asked.push(one);
      sessions.set(sessionId, { asked: one, polls: 0 });
      if (idempotencyKey !== undefined) byKey.set(idempotencyKey, sessionId);
    }
    return { status: 202 as const, body: { session_id: sessionId, status: "accepted" as const, message: "accepted", estimated_time: 1 } };
  }

  function statusOf(sessionId: string): DiagnosticStatus {
    const session = sessions.get(sessionId);
    if (!session) throw new RuleBroken("not_found", "There is no such session.");
    session.polls += 1;
    const at = clock.now().toISOString();
    const common = { session_id: sessionId, incident_id: session.asked.body.incident_id, kind: session.asked.kind, accepted_at: at };
    const steps = [{ step: "collect", at, note: "asked 4 sources" }];
    if (session.polls === 1 || conclusion === null)
      return { ...common, status: "running", progress: 40, current_step: "collect", steps, finished_at: null, result: null, error: null };
    if ("error" in conclusion)
      return {
        ...common,
        status: "failed",
        progress: 40,
        current_step: "failed",
        steps,
        finished_at: at,
        result: null,
        error: { code: "internal_error", detail: conclusion.error },
      };
    return {
      ...common,
      status: "completed",
      progress: 100,
      current_step: "report",
      steps,
      finished_at: at,
      result: conclusion,
      error: null,
    };
  }

  const answer: Answer = {
    id: sampleEvidenceId,
    source: "snapshot",
    question: { about: "topology", of: ["eu-1/shop/service/checkout"], depth: 1 },
    asked: [],
    kind: "unanswered",
    because: "not_recorded",
    detail: "nothing recorded",
  };
  const needSession = (sessionId: string) => {
    if (!sessions.has(sessionId)) throw new RuleBroken("not_found", "There is no such session.");
  };

  const handlers: Handlers<Omit<typeof assistantOperations, keyof typeof healthOperations>> = {
    diagnoseAlerts: async (_ctx, { body, headers }) => accept("alerts", body, headers["idempotency-key"]),
    diagnoseDeployment: async (_ctx, { body, headers }) => accept("deployment", body, headers["idempotency-key"]),
    getDiagnosticStatus: async (_ctx, { params }) => ({ status: 200, body: statusOf(params.session_id) }),
    cancelDiagnostic: async (_ctx, { params }) => ({ status: 202, body: { ...statusOf(params.session_id), status: "cancelled" } }),
    getDiagnosticSnapshot: async (_ctx, { params }) => {
      needSession(params.session_id);
      return { status: 200, body: '{"record":"header"}\n' };
    },
    getDiagnosticEvidence: async (_ctx, { params }) => {
      needSession(params.session_id);
      if (params.evidence_id !== sampleEvidenceId) throw new RuleBroken("not_found", "There is no such evidence.");
      return { status: 200, body: answer };
    },
    listDiagnosticHistory: async () => ({ status: 200, body: { items: [], next_cursor: null } }),
    getToolStatus: async () => ({ status: 200, body: { tools: [] } }),
    listWorkflowTemplates: async () => ({ status: 200, body: { templates: [] } }),
  };

  const server: HttpServer = await startHttpServer({
    service: "fake-assistant",
    version: "0",
    host: "127.0.0.1",
    port: 0,
    operations: assistantOperations,
    openApi: openApiDocument("fake", "0", assistantOperations),
    handlers,
    authenticate: {
      principal: async ({ bearer }) => {
        if (state.outage) throw new RuleBroken("unavailable", "Out of order.");
        if (bearer === null) throw new RuleBroken("unauthenticated", "This needs a token.");
        return verifier.verify(bearer);
      },
    },
    checks: [],
    metrics: createMetrics("fake-assistant"),
    log,
    clock,
  });
  return {
    url: server.url,
    asked,
    answerWith: (result) => void (conclusion = result),
    outage: (on) => void (state.outage = on),
    refuse: (on) => void (state.refuse = on),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
