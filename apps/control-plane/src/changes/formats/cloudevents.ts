import { CDEvent, CloudEvent } from "@sre/contracts/webhooks";
import { senderInstantMs } from "../../alerts/formats/sender-instant.ts";
import { isRealTime } from "../../alerts/incoming-alert.ts";
import { changeOfEvent, subjectOfType } from "./cdevents.ts";
import { malformedBySchema, malformedChange, type ReadChange } from "./reported-change.ts";

const headerPrefix = "ce-";

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** The events of a request: one in its body, a batch of them, or in binary mode one whose attributes are its `ce-*` headers. */
export function eventsOf(headers: Readonly<Record<string, string | undefined>>, body: unknown): readonly unknown[] {
  if (headers["ce-specversion"] === undefined) return Array.isArray(body) ? body : [body];
  const attributes = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(headerPrefix) && value !== undefined ? [[name.slice(headerPrefix.length), decoded(value)] as const] : [],
  );
  return [{ ...Object.fromEntries(attributes), data: body }];
}

function dataOf({ data, data_base64: base64 }: CloudEvent): unknown {
  if (base64 === undefined) return data;
  try {
    return JSON.parse(Buffer.from(base64, "base64").toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Reads a CloudEvent that carries a CDEvent. */
export function readCloudEvent(item: unknown, receivedAt: Date): ReadChange {
  const envelope = CloudEvent.safeParse(item);
  if (!envelope.success) return malformedBySchema(envelope.error);
  const type = subjectOfType(envelope.data.type);
  if (type === null) return malformedChange("type", `tells of no change that is known here: ${envelope.data.type}`);
  const event = CDEvent.safeParse(dataOf(envelope.data));
  if (!event.success) return malformedBySchema(event.error, "data");
  const stated = event.data.context.timestamp ?? envelope.data.time;
  const atMs = stated === undefined ? receivedAt.getTime() : senderInstantMs(stated);
  if (!isRealTime(atMs, receivedAt)) return malformedChange("data.context.timestamp", "must be a real time");
  return { kind: "accepted", change: changeOfEvent(event.data, type, new Date(atMs)) };
}
