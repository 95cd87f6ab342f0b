import type { Template } from "./words.ts";

/**
 * A kind of finding and its sentence. Roles: `symptom` hurts users, `state` shows a mechanism, `log` is a line that
 * is new or risen, `resource` is a limit reached, `own` is what a thing
 * adds by itself, `change` is something that was changed, `context` supports or weakens.
 */
export type FindingRole = "symptom" | "state" | "log" | "resource" | "own" | "change" | "context";

export interface FindingKindEntry {
  readonly role: FindingRole;
  readonly text: Template;
}

/** An entry of the catalogue of findings. */
export const kind = (role: FindingRole, en: string, zh: string): FindingKindEntry => ({ role, text: { en, "zh-TW": zh } });
