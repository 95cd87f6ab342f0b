import { createHash } from "node:crypto";
import type { RecordChange } from "@sre/contracts/control-plane";
import { entityParts, type ChangeRecord, type EntityId } from "@sre/contracts/evidence";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { publishEvents } from "../events/store.ts";
import { findOpenIncidentsOf } from "../incidents/store.ts";
import { appendTimeline } from "../incidents/timeline.ts";
import type { Tx } from "../migrations/tables.ts";
import { findOwners } from "../resources/store.ts";
import { changeOf, findChange, replaceChangeEntities, upsertChange } from "./store.ts";

function rowOf(ctx: CallContext, { change: input, origin }: { change: RecordChange; origin: string }) {
  return {
    team_id: ctx.teamId,
    id: input.id,
    entity: input.entity,
    kind: input.kind,
    title: input.title,
    started_at: new Date(input.started_at),
    ended_at: input.ended_at === null ? null : new Date(input.ended_at),
    state: input.state,
    by: input.by,
    from_version: input.from,
    to_version: input.to,
    url: input.url,
    touches: JSON.stringify(input.touches),
    origin,
    recorded_at: ctx.at,
  };
}

function sameName(entity: EntityId): EntityId[] {
  // A deployment and the service before it usually share their name: people look for one under the other.
  const [cluster, namespace, kind, name] = entity.split("/");
  const twins: Readonly<Record<string, string>> = {
    deployment: "service",
    service: "deployment",
    statefulset: "service",
    daemonset: "service",
  };
  const twin = kind === undefined ? undefined : twins[kind];
  return twin === undefined ? [] : [`${cluster}/${namespace}/${twin}/${name}`];
}

// One entry for each change and incident, however often the change is sent: its id follows from both.
function entryId(changeId: string, incidentId: string): string {
  const hex = createHash("sha256").update(`${incidentId}\n${changeId}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function tellIncidents(tx: Tx, { app, ctx }: { app: App; ctx: CallContext }, input: RecordChange): Promise<string[]> {
  const entities = [input.entity, ...input.touches];
  const owners = await findOwners(tx, ctx.teamId, entities);
  const concerned = [...new Set([...entities, ...owners.values(), ...entities.flatMap(sameName)])];
  const incidentIds = await findOpenIncidentsOf(tx, ctx.teamId, concerned);
  const entries = incidentIds.map((incidentId) => ({
    id: entryId(input.id, incidentId),
    incidentId,
    at: new Date(input.started_at),
    kind: "change" as const,
    actor: input.by ?? ctx.principal.name,
    text: { en: `Change (${input.kind}): ${input.title}`, "zh-TW": `變更（${input.kind}）：${input.title}` },
    refersTo: input.id,
  }));
  await appendTimeline(tx, ctx.teamId, entries);
  app.log.debug({ change: input.id, incidents: incidentIds.length }, "change recorded");
  return incidentIds;
}

/** Stores a change inside a transaction of the caller; tells whether it is new, and which open incidents show it. */
export async function recordIn(
  tx: Tx,
  call: { readonly app: App; readonly ctx: CallContext },
  input: { readonly change: RecordChange; readonly origin: string },
): Promise<{ created: boolean; incidentIds: string[] }> {
  const { app, ctx } = call;
  const { id, entity, touches, kind, title, state } = input.change;
  const { created } = await upsertChange(tx, rowOf(ctx, input));
  await replaceChangeEntities(tx, ctx.teamId, { changeId: id, entities: [...new Set([entity, ...touches])] });
  const incidentIds = await tellIncidents(tx, call, input.change);
  const action = created ? "change.record" : "change.update";
  const detail = { kind, title, state, entity };
  await recordAudit(tx, ctx, { id: app.newId(), action, subjectKind: "change", subject: id, service: entityParts(entity).name, detail });
  const events = incidentIds.map((incidentId) => ({ kind: "incident.updated", incidentId }) as const);
  await publishEvents(tx, ctx, [{ kind: "change.recorded" }, ...events]);
  return { created, incidentIds };
}

/** Stores a change by its sender's own id, and shows it in the open incidents that involve what it concerns. */
export async function recordChange(app: App, ctx: CallContext, input: RecordChange): Promise<{ created: boolean; change: ChangeRecord }> {
  requireScope(ctx, "changes:write");
  return transact(app, async (tx) => {
    const { created } = await recordIn(tx, { app, ctx }, { change: input, origin: "api" });
    const row = await findChange(tx, ctx.teamId, input.id);
    if (!row) throw new RuleBroken("internal_error", "The change was not stored.");
    return { created, change: changeOf(row) };
  });
}
