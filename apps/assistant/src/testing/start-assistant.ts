import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assistantOperations, type DiagnosticStatus, type ToolStatus, type WorkflowTemplate } from "@sre/contracts/assistant";
import type { Question } from "@sre/contracts/evidence";
import { TeamId } from "@sre/contracts/shared";
import { createLog, createMetrics, defaultTeamId, RuleBroken, systemClock, type Principal, type TokenVerifier } from "@sre/service-kit";
import type { Database, Migration } from "@sre/storage";
import type { OpenSource } from "../app.ts";
import { openAssistant, type Assistant } from "../assistant.ts";
import { readConfig, type Config } from "../config.ts";
import { migrations } from "../migrations/index.ts";
import type { Tables } from "../migrations/tables.ts";

const otherTeam = TeamId.parse("00000000-0000-7000-8000-000000000002");

const people: Readonly<Record<string, { scopes: readonly string[]; team: TeamId }>> = {
  runner: { scopes: ["diagnostics:run", "diagnostics:read"], team: defaultTeamId },
  second: { scopes: ["diagnostics:run", "diagnostics:read"], team: defaultTeamId },
  reader: { scopes: ["diagnostics:read"], team: defaultTeamId },
  writer: { scopes: ["diagnostics:run"], team: defaultTeamId },
  nobody: { scopes: [], team: defaultTeamId },
  stranger: { scopes: ["diagnostics:run", "diagnostics:read"], team: otherTeam },
};

/** Every name above is a good token; everything else is refused. */
const verifierOfNames: Pick<TokenVerifier, "verify"> = {
  async verify(bearer) {
    const person = people[bearer];
    if (!person) throw new RuleBroken("invalid_token", "The token is not accepted.");
    const principal: Principal = {
      kind: "service",
      subject: bearer,
      name: bearer,
      teamId: person.team,
      scopes: new Set(person.scopes),
      roles: new Set(["control-plane"]),
    };
    return principal;
  },
};

const log = createLog({ service: "test", level: "silent" });

/** A database that a suite runs on. */
export interface OpensDatabase {
  open<S>(migrations: Record<string, Migration>): Promise<Database<S>>;
}

interface Call {
  readonly as?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** What tests read of answers of many kinds; what an answer does not hold is undefined, and its test fails. */
interface Body {
  readonly session_id: string;
  readonly status: string;
  readonly code: string;
  readonly estimated_time: number;
  readonly next_cursor: string | null;
  readonly items: readonly { readonly session_id: string; readonly verdict: string | null }[];
  readonly tools: readonly ToolStatus[];
  readonly templates: readonly WorkflowTemplate[];
  readonly question: Question;
  readonly result: unknown;
}

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly json: Body;
}

export interface TestAssistant extends Assistant {
  readonly snapshotDirectory: string;
  call(method: "GET" | "POST", path: string, call?: Call): Promise<Answered>;
  /** Polls until the session is in one of the states. */
  until(sessionId: string, ...statuses: DiagnosticStatus["status"][]): Promise<DiagnosticStatus>;
  close(): Promise<void>;
}

// Nobody has checked the body: a test that reads a field says what it expects of it.
function parsed(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {} as Body;
  }
}

function configFor(snapshotDirectory: string, settings: Partial<Config["settings"]>): Config {
  const config = readConfig({ NODE_ENV: "test", HTTP_PORT: "0", SNAPSHOT_DIR: snapshotDirectory, DATA_DIR: snapshotDirectory });
  return { ...config, settings: { ...config.settings, ...settings } };
}

/** An assistant in this process on a database of its own, with sources that the test decides. */
export async function startAssistant(
  database: OpensDatabase,
  input: { sources: readonly OpenSource[]; settings?: Partial<Config["settings"]>; verifier?: Pick<TokenVerifier, "verify"> },
): Promise<TestAssistant> {
  const snapshotDirectory = mkdtempSync(join(tmpdir(), "snapshots-"));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(snapshotDirectory, { recursive: true, force: true }));
  const opened = stack.use(await database.open<Tables>(migrations));
  const { verifier = verifierOfNames } = input;
  const replaced = { database: opened, verifier, sources: input.sources, metrics: createMetrics("test"), clock: systemClock };
  const assistant = await openAssistant(configFor(snapshotDirectory, input.settings ?? {}), { log, stack, replaced });
  const call: TestAssistant["call"] = async (method, path, { as = "runner", body, headers = {} } = {}) => {
    const answer = await assistant.server.inject({
      method,
      url: path,
      headers: {
        ...headers,
        ...(as === null ? {} : { authorization: `Bearer ${as}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: answer.statusCode, headers: answer.headers, text: answer.body, json: parsed(answer.body) };
  };
  return {
    ...assistant,
    snapshotDirectory,
    call,
    async until(sessionId, ...statuses) {
      for (let look = 0; look < 2_000; look++) {
        const { json } = await call("GET", `/api/v1/diagnostics/${sessionId}/status`);
        const status = assistantOperations.getDiagnosticStatus.responses[200].parse(json);
        if (statuses.includes(status.status)) return status;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`The session did not become ${statuses.join(" or ")}.`);
    },
    close: () => stack.disposeAsync(),
  };
}

export function withCap(source: OpenSource["source"], inFlightMax = 8): OpenSource {
  return { source, inFlightMax };
}
