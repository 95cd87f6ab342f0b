import { AlertmanagerWebhook, GrafanaWebhook, PagerDutyEvent, PostedAlerts } from "@sre/contracts/webhooks";
import type { z } from "zod";
import type { ReadItem } from "../incoming-alert.ts";
import { readAlertmanagerAlert } from "./alertmanager.ts";
import { readGrafanaAlert } from "./grafana.ts";
import { readPagerDutyEvent } from "./pagerduty.ts";
import { readPostedAlert } from "./posted-alerts.ts";

/** What a message says beside its alerts. */
interface Envelope {
  readonly receiver: string;
  readonly truncated: number;
  readonly items: readonly unknown[];
}

interface Format<Body extends z.ZodType> {
  readonly body: Body;
  open(body: z.output<Body>): Envelope;
  /** Reads one of the items. */
  readonly read: ReadItem;
}

const format = <Body extends z.ZodType>(of: Format<Body>): Format<Body> => of;
const alone = (items: readonly unknown[]): Envelope => ({ receiver: "", truncated: 0, items });

/** How each kind of sender writes its messages and the alerts in them. */
export const formats = {
  alertmanager: format({
    body: AlertmanagerWebhook,
    open: ({ receiver, truncatedAlerts, alerts }) => ({ receiver, truncated: truncatedAlerts, items: alerts }),
    read: readAlertmanagerAlert,
  }),
  grafana: format({
    body: GrafanaWebhook,
    open: (body) => ({ receiver: body.receiver, truncated: body.truncatedAlerts, items: body.alerts ?? [body] }),
    read: readGrafanaAlert,
  }),
  pagerduty: format({ body: PagerDutyEvent, open: (event) => alone([event]), read: readPagerDutyEvent }),
  prometheus: format({ body: PostedAlerts, open: alone, read: readPostedAlert }),
} as const;

export type Integration = keyof typeof formats;

/** A message of the kind, opened. */
export function deliveryOf<Of extends Integration>(integration: Of, body: z.output<(typeof formats)[Of]["body"]>) {
  const of = formats[integration] as unknown as Format<z.ZodType>;
  return { integration, ...of.open(body) };
}
