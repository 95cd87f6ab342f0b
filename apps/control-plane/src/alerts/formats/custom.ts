import { sha256 } from "@sre/contracts/canonical";
import type { CustomFormat } from "@sre/contracts/webhooks";
import { contentOf, isRealTime, malformed, type KeyedAlert, type ReadAlert, type ReadItem } from "../incoming-alert.ts";
import { plainLabels } from "./grafana.ts";
import { senderInstantMs } from "./sender-instant.ts";

const limits = { valueCharactersMax: 2_048, annotationCharactersMax: 8_192, labelsMax: 60, tagsMax: 50 } as const;
const forbidden = /(?![\t\n\r])[\p{Cc}\p{Cs}]/gu;
const pointerInBraces = /\{(\/[^{}]*)\}/g;

/** What stands at a JSON Pointer (RFC 6901); undefined where nothing does. Only a message's own members are seen. */
export function at(message: unknown, pointer: string): unknown {
  const steps = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return steps.reduce<unknown>(
    (inner, step) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, step) ? (inner as Record<string, unknown>)[step] : undefined,
    message,
  );
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value.replaceAll(forbidden, "").trim();
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

const filled = (message: unknown, template: string, charactersMax: number): string =>
  template
    .replaceAll(pointerInBraces, (_all, pointer: string) => textOf(at(message, pointer)))
    .trim()
    .slice(0, charactersMax);

function filledAll(message: unknown, templates: Readonly<Record<string, string>>, charactersMax: number): Record<string, string> {
  const all = Object.entries(templates).map(([name, template]) => [name, filled(message, template, charactersMax)] as const);
  return Object.fromEntries(all.filter(([, text]) => text !== ""));
}

/** Tags as labels: what stands before the first `between` is the name; a tag without one says only itself. */
function tagLabels(message: unknown, tags: CustomFormat["tags"]): Record<string, string> {
  if (!tags) return {};
  const value = at(message, tags.at);
  const list = Array.isArray(value) ? value.map(textOf) : textOf(value).split(tags.separator);
  const pairs = list.slice(0, limits.tagsMax).flatMap((tag) => {
    const [name = "", ...rest] = tag.trim().split(tags.between);
    return rest.length > 0 && name !== "" ? [[name, rest.join(tags.between).slice(0, limits.valueCharactersMax)] as const] : [];
  });
  return plainLabels(Object.fromEntries(pairs.filter(([, text]) => text !== "")));
}

const sameWord = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function statusFrom(format: CustomFormat, message: unknown): KeyedAlert["status"] | "ignored" | null {
  const word = textOf(at(message, format.status.at));
  const statuses = ["firing", "resolved", "acknowledged", "ignored"] as const;
  return statuses.find((status) => format.status[status].some((one) => sameWord(one, word))) ?? null;
}

function severityLabel({ severity }: CustomFormat, message: unknown): string {
  if (!severity) return "warning";
  const word = textOf(at(message, severity.at));
  return Object.entries(severity.map).find(([name]) => sameWord(name, word))?.[1] ?? severity.otherwise;
}

function startOf(format: CustomFormat, message: unknown, receivedAt: Date): Date {
  const startMs = format.starts_at === undefined ? Number.NaN : senderInstantMs(at(message, format.starts_at));
  return isRealTime(startMs, receivedAt) ? new Date(startMs) : receivedAt;
}

/** Reads alerts by a format that the operator wrote; a message of a status that it does not list is kept apart, never guessed. */
export function customReader(format: CustomFormat): ReadItem {
  return (message, receivedAt): ReadAlert => {
    if (typeof message !== "object" || message === null) return malformed("", "is no JSON object");
    const status = statusFrom(format, message);
    if (status === "ignored") return { kind: "ignored" };
    if (status === null) return malformed(format.status.at, "holds a status that the format does not list");
    const key = filled(message, format.key, 1_000);
    if (key === "") return malformed("key", "nothing in the message says which alert is meant");
    const name = filled(message, format.name, 200);
    if (name === "") return malformed("name", "nothing in the message names the alert");
    const stated = { ...tagLabels(message, format.tags), ...filledAll(message, format.labels, limits.valueCharactersMax) };
    const kept = Object.fromEntries(Object.entries(stated).slice(0, limits.labelsMax));
    const labels = { ...kept, severity: severityLabel(format, message), alertname: name };
    const content = contentOf(labels, filledAll(message, format.annotations, limits.annotationCharactersMax));
    const fingerprint = sha256(key).slice(0, 32);
    return { kind: "keyed", keyed: { fingerprint, status, startsAt: startOf(format, message, receivedAt), content } };
  };
}

/** The alerts of a message: what stands where the format says, one or a list. */
export function customItems(format: CustomFormat, message: unknown): readonly unknown[] {
  const found = at(message, format.items);
  return Array.isArray(found) ? found : [found];
}
