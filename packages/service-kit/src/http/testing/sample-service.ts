import { healthOperations, openApiDocument, withPermissions, type Role } from "@sre/contracts/shared";
import { z } from "zod";
import { defaultTeamId, type Principal } from "../../identity/context.ts";
import { RuleBroken } from "../../identity/rules.ts";
import { systemClock } from "../../lifecycle/clock.ts";
import { createLog, type Log } from "../../observe/log.ts";
import { createMetrics, type Metrics } from "../../observe/metrics.ts";
import { startHttpServer } from "../server.ts";
import type { HttpServer, HttpServerInput } from "../types.ts";

const note = z.object({ id: z.uuid(), text: z.string(), tags: z.array(z.object({ name: z.string() })) });

const operations = {
  getNote: {
    method: "GET", path: "/api/v1/notes/{note_id}", summary: "One note", tag: "notes", authentication: "principal", scope: "notes:read",
    params: z.object({ note_id: z.uuid() }), query: z.object({ depth: z.coerce.number().int().max(9).default(1) }), responses: { 200: note }, problems: [400, 401, 403, 404],
  },
  writeNote: {
    method: "POST", path: "/api/v1/notes", summary: "Write a note", tag: "notes", authentication: "principal", scope: "notes:write",
    body: z.strictObject({ text: z.string().max(100), tags: z.array(z.strictObject({ name: z.string().max(20) })).default([]), any: z.unknown().optional() }), responses: { 201: note }, problems: [400, 401, 403, 413, 415],
  },
  touchNote: { method: "POST", path: "/api/v1/notes/{note_id}/touch", summary: "Touch it", tag: "notes", authentication: "principal", scope: "notes:write", params: z.object({ note_id: z.uuid() }), responses: { 204: null }, problems: [400, 401, 403] },
  sendNotes: { method: "POST", path: "/api/v1/webhooks/notes", summary: "Notes of a sender", tag: "notes", authentication: "ingest", scope: null, body: z.object({ notes: z.array(z.unknown()) }), bodyBytesMax: 4_194_304, responses: { 200: z.object({ accepted: z.number() }) }, problems: [400, 401, 413, 415] },
  streamNotes: { method: "GET", path: "/api/v1/stream", summary: "Notes as they come", tag: "notes", authentication: "principal", scope: "notes:read", responses: { 200: { contentType: "text/event-stream", description: "events" } }, problems: [401] },
  signIn: { method: "GET", path: "/auth/login", summary: "Sign in", tag: "people", authentication: "public", scope: null, query: z.object({ return_to: z.string().default("/") }), responses: { 302: null }, problems: [400] },
  ...healthOperations,
} as const; // prettier-ignore

const readers = { viewer: "own", responder: "own", "super-admin": "all" } as const;
const writers = { responder: "own" } as const;

export const sampleOperations = withPermissions(operations, {
  getNote: readers,
  writeNote: writers,
  touchNote: writers,
  sendNotes: { "ingest-key": "own" },
  streamNotes: readers,
});

export const noteId = "0190a5c0-0000-7000-8000-000000000001";
export const sampleNote = { id: noteId, text: "hello", tags: [] };

interface Held {
  readonly scopes: readonly string[];
  readonly roles: readonly Role[];
}

const both = ["notes:read", "notes:write"];
const callers: Readonly<Record<string, Held>> = {
  writer: { scopes: both, roles: ["responder"] },
  reader: { scopes: ["notes:read"], roles: ["responder"] },
  viewer: { scopes: both, roles: ["viewer"] },
  roleless: { scopes: both, roles: [] },
  admin: { scopes: both, roles: ["super-admin"] },
};

function person(subject: string, { scopes, roles }: Held): Principal {
  return { kind: "person", subject, name: subject, teamId: defaultTeamId, scopes: new Set(scopes), roles: new Set(roles) };
}

export interface Sample {
  readonly server: HttpServer;
  readonly metrics: Metrics;
  readonly logged: string[];
}

type Input = HttpServerInput<typeof sampleOperations>;

function handlers(overrides: Partial<Input["handlers"]>): Input["handlers"] {
  return {
    getNote: async () => ({ status: 200, body: sampleNote }),
    writeNote: async (_ctx, { body }) => ({ status: 201, body: { ...sampleNote, text: body.text, tags: body.tags } }),
    touchNote: async () => ({ status: 204, body: null }),
    sendNotes: async (_ctx, { body }) => ({ status: 200, body: { accepted: body.notes.length } }),
    streamNotes: async (ctx) => ({ status: 200, body: ticks(ctx.signal) }),
    signIn: async () => ({ status: 302, body: null, headers: { location: "/", "set-cookie": "a=1; HttpOnly\nb=2; HttpOnly" } }),
    ...overrides,
  };
}

async function* ticks(signal: AbortSignal): AsyncGenerator<string> {
  yield "data: 1\n\n";
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

/** A small service over every kind of operation: bearer `writer` may write, `reader` and `viewer` may read, `admin` in any team, `roleless` has no role, `sender` may send. */
export async function startSample(
  input: Partial<Omit<Input, "handlers">> & { handlers?: Partial<Input["handlers"]> } = {},
): Promise<Sample> {
  const metrics = createMetrics("sample");
  const logged: string[] = [];
  const log: Log = createLog({ service: "sample", level: "debug", destination: { write: (line) => void logged.push(line) } });
  const server = await startHttpServer({
    service: "sample",
    version: "1.2.3",
    host: "127.0.0.1",
    port: 0,
    operations: sampleOperations,
    openApi: openApiDocument("Sample", "1.2.3", sampleOperations),
    authenticate: {
      async principal({ bearer }) {
        const held = bearer === null ? undefined : callers[bearer];
        if (bearer === null) throw new RuleBroken("unauthenticated", "This needs credentials.");
        if (!held) throw new RuleBroken("invalid_token", "The token is not accepted.");
        return person(bearer, held);
      },
      async ingest({ bearer }) {
        if (bearer !== "sender") throw new RuleBroken("invalid_token", "The token is not accepted.");
        return { ...person("sender", { scopes: [], roles: ["ingest-key"] }), kind: "sender" };
      },
    },
    checks: [],
    metrics,
    log,
    clock: systemClock,
    ...input,
    handlers: handlers(input.handlers ?? {}),
  });
  return { server, metrics, logged };
}
