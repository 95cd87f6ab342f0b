import type { LocalizedText } from "@sre/contracts/evidence";
import type { CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import type { NewTimelineEntry } from "../incidents/timeline.ts";
import { began, ended, type Membership } from "./incident-moves.ts";

// Names of things may be long, and a reason names several; each is a row of the timeline for every alert of a storm.
const reasonCharactersMax = 300;

const cut = (text: string): string =>
  text.length <= reasonCharactersMax ? text : `${text.slice(0, reasonCharactersMax - 1).replace(/\p{Cs}$/u, "")}…`;

/** What is said of an alert that fired, with why it joined others; the reason is cut at 300 characters. */
export function withReason(fired: LocalizedText, because: LocalizedText | undefined): LocalizedText {
  if (because === undefined) return fired;
  return { en: `${fired.en}. Joined: ${cut(because.en)}`, "zh-TW": `${fired["zh-TW"]}。併入原因：${cut(because["zh-TW"])}` };
}

/** What the timelines of incidents say of alerts that began or ended: of one that joined others, also why it did, and of an end that no message told, how it is known. */
export function timelineOf(
  { app, ctx }: { readonly app: App; readonly ctx: CallContext },
  memberships: readonly Membership[],
  because: ReadonlyMap<string, LocalizedText>,
): NewTimelineEntry[] {
  return memberships.flatMap(({ delivered, incidentId }): NewTimelineEntry[] => {
    const { alert, resolved, written } = delivered;
    const entry = { id: app.newId(), incidentId, actor: ctx.principal.name, refersTo: written.id };
    const reason = because.get(written.id);
    const about = resolved.service ?? alert.name;
    if (began(delivered)) {
      const fired = { en: `${alert.name} fired for ${about}`, "zh-TW": `${about} 的告警 ${alert.name} 觸發` };
      return [{ ...entry, at: alert.startsAt, kind: "alert_fired", text: withReason(fired, reason) }];
    }
    if (!ended(delivered)) return [];
    const text = { en: `${alert.name} resolved for ${about}`, "zh-TW": `${about} 的告警 ${alert.name} 已解除` };
    const known = reason ? { en: `${text.en}. ${reason.en}`, "zh-TW": `${text["zh-TW"]}。${reason["zh-TW"]}` } : text;
    return [{ ...entry, at: alert.endsAt ?? ctx.at, kind: "alert_resolved", text: known }];
  });
}
