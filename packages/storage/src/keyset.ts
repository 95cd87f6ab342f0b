import { RuleBroken } from "@sre/service-kit";
import { decodeCursor, encodeCursor } from "./cursor.ts";

/** Where a page ends: its rows are ordered by an instant and an id, newest first. */
export interface Keyset {
  readonly at: Date;
  readonly id: string;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The place that a cursor names, null for the first page. Throws RuleBroken("invalid_request") for a cursor that is not ours. */
export function keysetOf(cursor: string | undefined, idForm: RegExp = uuid): Keyset | null {
  const place = decodeCursor(cursor);
  if (place === null) return null;
  const at = new Date(place.key);
  const ours = /^\d{4}-/.test(place.key) && !Number.isNaN(at.getTime()) && at.toISOString() === place.key && idForm.test(place.id);
  if (!ours) throw new RuleBroken("invalid_request", "The cursor is not one that this list gave out.", { field: "cursor" });
  return { at, id: place.id };
}

/** The cursor of a place. */
export const cursorOf = ({ at, id }: Keyset): string => encodeCursor({ key: at.toISOString(), id });
