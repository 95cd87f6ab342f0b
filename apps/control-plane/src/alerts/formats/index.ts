import {
  AlertmanagerWebhook, CustomBody, GrafanaWebhook, PagerDutyEvent, PostedAlerts, SnsMessage, type CustomFormat,
} from "@sre/contracts/webhooks"; // prettier-ignore
import type { z } from "zod";
import { RuleBroken } from "@sre/service-kit";
import type { ReadItem } from "../incoming-alert.ts";
import { readAlertmanagerAlert } from "./alertmanager.ts";
import { readCloudWatchMessage } from "./cloudwatch.ts";
import { customItems, customReader } from "./custom.ts";
import type { Delivery, Envelope } from "./delivery.ts";
import { readGrafanaAlert } from "./grafana.ts";
import { readPagerDutyEvent } from "./pagerduty.ts";
import { readPostedAlert } from "./posted-alerts.ts";

export interface Format<Body extends z.ZodType = z.ZodType> {
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
  cloudwatch: format({
    body: SnsMessage,
    open: (message) => ({ receiver: message.TopicArn ?? "", truncated: 0, items: [message] }),
    read: readCloudWatchMessage,
  }),
} as const;

type Integration = keyof typeof formats;

/** Formats that the operator wrote, by the name of their sender. */
export type CustomFormats = ReadonlyMap<string, CustomFormat>;

function customFormat(of: CustomFormat): Format<typeof CustomBody> {
  return { body: CustomBody, open: (body) => alone(customItems(of, body)), read: customReader(of) };
}

/** The format of a kind of sender, built in or written by the operator; undefined where there is none of that name. */
export function formatNamed(custom: CustomFormats, name: string): Format | undefined {
  if (Object.hasOwn(formats, name)) return formats[name as Integration] as unknown as Format;
  const own = custom.get(name);
  return own && (customFormat(own) as unknown as Format);
}

/** A message of the kind, opened. */
export function deliveryOf<Of extends Integration>(integration: Of, body: z.output<(typeof formats)[Of]["body"]>): Delivery {
  const of = formats[integration] as unknown as Format;
  return { integration, read: of.read, ...of.open(body) };
}

/** A message in a format that the operator wrote. Throws RuleBroken not_found where there is none of that name. */
export function customDeliveryOf(custom: CustomFormats, name: string, body: z.output<typeof CustomBody>): Delivery {
  const own = custom.get(name);
  if (!own) throw new RuleBroken("not_found", "No format of that name was configured.", { field: "path.sender" });
  const of = customFormat(own);
  return { integration: name, read: of.read, ...of.open(body) };
}
