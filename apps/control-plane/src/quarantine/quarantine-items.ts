import type { CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import type { Tx } from "../migrations/tables.ts";
import { insertQuarantined } from "./store.ts";

const payloadCharactersMax = 65_536;
const reasonCharactersMax = 500;

/** A part of a delivery that could not be read, and why. */
export interface MalformedItem {
  readonly item: unknown;
  readonly field: string;
  readonly reason: string;
}

/** Keeps apart what could not be read, with its sender and the reason. */
export async function quarantineItems(
  tx: Tx,
  { app, ctx }: { readonly app: App; readonly ctx: CallContext },
  input: { readonly integration: string; readonly receiver: string; readonly malformed: readonly MalformedItem[] },
): Promise<void> {
  const storable = (text: string): string => text.slice(0, reasonCharactersMax).replaceAll("\0", "");
  const rows = input.malformed.map(({ item, field, reason }) => ({
    team_id: ctx.teamId,
    id: app.newId(),
    integration: input.integration,
    received_at: ctx.at,
    sender: ctx.principal.name,
    receiver: input.receiver.replaceAll("\0", ""),
    field: storable(field),
    reason: storable(reason),
    payload: (JSON.stringify(item) ?? "null").slice(0, payloadCharactersMax),
  }));
  await insertQuarantined(tx, rows);
}
