import type { CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { transact } from "../app.ts";
import { openUnprompted } from "../incidents/open-unprompted.ts";
import { appendTimeline } from "../incidents/timeline.ts";
import type { KnownAlert } from "../silences/alertmanager.ts";
import type { AskReason } from "./request-asking.ts";
import { findNotFiring, findOpenTitled, findReceivers } from "./store.ts";

const title = "Alertmanager has alerts that were not received here";
// Longer than Alertmanager's usual group_wait and group_interval: what is newer may still be on its way.
const overdueMs = 10 * 60_000;
const named = { alertsMax: 10, charactersMax: 80 } as const;

const nameOf = ({ labels }: KnownAlert): string => {
  const name = (labels["alertname"] ?? "?").slice(0, named.charactersMax).toWellFormed();
  const service = (labels["service"] ?? "").slice(0, named.charactersMax).toWellFormed();
  return service === "" ? name : `${name} (${service})`;
};

function textOf(missing: readonly KnownAlert[]) {
  const names = missing.slice(0, named.alertsMax).map(nameOf).join(", ");
  const more = missing.length > named.alertsMax ? ", …" : "";
  return {
    en: `Alertmanager was asked what fires: ${missing.length} of its alerts for this receiver were not received here: ${names}${more}. Look at its log for notifications that fail.`,
    "zh-TW": `已向 Alertmanager 查詢：其中 ${missing.length} 則應送達的告警並未收到：${names}${more}。請檢查其記錄中失敗的通知。`,
  };
}

/** What the sender has for long and should have sent to us, and that does not fire here. */
async function findMissing(app: App, ctx: CallContext, known: readonly KnownAlert[]): Promise<KnownAlert[]> {
  const db = app.database.kysely;
  const receivers = await findReceivers(db, ctx.teamId);
  const owed = known.filter(
    ({ state, startsAt, receivers: own }) =>
      state === "active" && startsAt.getTime() <= ctx.at.getTime() - overdueMs && own.some((name) => receivers.has(name)),
  );
  const not = await findNotFiring(db, ctx.teamId, owed.map(({ fingerprint }) => fingerprint)); // prettier-ignore
  return owed.filter(({ fingerprint }) => not.has(fingerprint));
}

/** Tells people, in one incident while that is open, of alerts that their sender has and that did not come. Returns how many there are. */
export async function tellMissing(
  app: App,
  ctx: CallContext,
  { known, because }: { known: readonly KnownAlert[]; because: AskReason },
): Promise<number> {
  const missing = await findMissing(app, ctx, known);
  if (missing.length === 0) return 0;
  const text = textOf(missing);
  const since = new Date(Math.min(...missing.map(({ startsAt }) => startsAt.getTime())));
  await transact(app, async (tx) => {
    const open = await findOpenTitled(tx, ctx.teamId, title);
    if (open === null) {
      const alone = { en: "what is missing stands alone", "zh-TW": "未收到的告警，單獨成立" };
      const detail = { missing: String(missing.length) };
      await openUnprompted(tx, { app, ctx }, { title, severity: "warning", cluster: "", environment: "", since, alone, text, detail });
    } else if (because !== "order") {
      await appendTimeline(tx, ctx.teamId, [
        { id: app.newId(), incidentId: open, at: ctx.at, kind: "status", actor: ctx.principal.name, text },
      ]);
    }
  });
  return missing.length;
}
