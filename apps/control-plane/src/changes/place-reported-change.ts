import type { RecordChange } from "@sre/contracts/control-plane";
import { EntityId, entityId } from "@sre/contracts/evidence";
import { resolveEntity, type EntityMapping, type Owners } from "@sre/correlation";
import { plainText, type ReportedChange } from "./formats/reported-change.ts";
import type { ChangeRow } from "./store.ts";

const earlier = (a: Date, b: Date): Date => (a < b ? a : b);
const later = (a: Date, b: Date): Date => (a > b ? a : b);

type Course = Pick<RecordChange, "started_at" | "ended_at" | "state">;
const course = (startedAt: Date, endedAt: Date | null, state: RecordChange["state"]): Course => ({
  started_at: startedAt.toISOString(),
  ended_at: endedAt?.toISOString() ?? null,
  state,
});

/** Begin, end and outcome, whichever of the two events came first: an end stays when its begin comes late. */
function courseOf({ at, phase, state }: ReportedChange, before: ChangeRow | undefined): Course {
  if (before === undefined) return course(at, phase === "begun" ? null : at, state);
  const startedAt = earlier(before.started_at, at);
  if (phase === "begun") return course(startedAt, before.ended_at, before.ended_at === null ? state : before.state);
  return course(startedAt, before.ended_at === null ? at : later(before.ended_at, at), state);
}

// Encoded, a name may be nine times as long as it is written.
const subjectLimits = { kindCharactersMax: 40, nameCharactersMax: 100 } as const;

function entityOf(change: ReportedChange, { mapping, owners }: { mapping: EntityMapping; owners: Owners }): EntityId {
  const { cluster, namespace, entity } = resolveEntity(change.labels, mapping, owners);
  const kind = plainText(change.subject.kind, subjectLimits.kindCharactersMax) || "unknown";
  const name = plainText(change.subject.name, subjectLimits.nameCharactersMax) || "unnamed";
  const candidates = [entity, entityId({ cluster, namespace, kind, name })].map((id) => EntityId.safeParse(id).data);
  return candidates.find((id) => id !== undefined) ?? entityId({ cluster: "", namespace: "", kind, name });
}

/** A change as it is recorded: about what its labels say, as an alert with those labels would be, else about its own subject. */
export function placeReportedChange(
  change: ReportedChange,
  known: { readonly mapping: EntityMapping; readonly owners: Owners; readonly before: ChangeRow | undefined },
): RecordChange {
  return {
    id: change.id,
    entity: entityOf(change, known),
    kind: change.kind,
    title: change.title,
    ...courseOf(change, known.before),
    touches: [],
    by: change.by ?? known.before?.by ?? null,
    from: known.before?.from_version ?? null,
    to: change.to ?? known.before?.to_version ?? null,
    url: change.url ?? known.before?.url ?? null,
  };
}
