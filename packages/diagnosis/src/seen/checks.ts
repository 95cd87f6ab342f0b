import type { DataOf } from "@sre/contracts/evidence";
import { byCodeUnit, canonicalJson } from "@sre/contracts/canonical";
import { ms } from "../time.ts";
import type { Cited, Seen } from "./seen.ts";

export type SeenCheck = Cited<DataOf<"checks">["checks"][number]>;

/** Connections that were tried and parts of nodes that were looked at, up to `as_of`, in one order. */
export function checksOf(seen: Seen): SeenCheck[] {
  const rows = seen.answers.flatMap((answer) =>
    answer.kind === "answered" && answer.data.about === "checks"
      ? answer.data.checks.map((check) => ({ ...check, cite: { id: answer.id, part: check.to } }))
      : [],
  );
  const known = new Map(
    rows.filter(({ at }) => ms(at) <= ms(seen.scope.as_of)).map(({ cite, ...check }) => [canonicalJson(check), { ...check, cite }]),
  );
  return [...known].sort(([a], [b]) => byCodeUnit(a, b)).map(([, check]) => check);
}
