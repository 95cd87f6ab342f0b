import type { Severity } from "@sre/contracts/evidence";

/** The contract's severities in its order; the page holds no schemas, only their types. */
export const severities = ["critical", "error", "warning", "info"] as const satisfies readonly Severity[];

/** What the address of the list says: links in a chat open the same view. */
export interface ListSearch {
  readonly status?: "new" | "acknowledged" | "resolved" | "all";
  readonly severity?: Severity;
  readonly q?: string;
}

export const tabs = ["evidence", "timeline", "topology", "logs", "kubernetes", "questions"] as const;
export type Tab = (typeof tabs)[number];
export const ranges = ["15m", "30m", "1h"] as const;
export type Range = (typeof ranges)[number];

/** What the address of an incident says: the tab, the cause chosen, the evidence opened, the range of the charts, the run shown. */
export interface IncidentSearch {
  readonly tab?: Tab;
  readonly cause?: number;
  readonly evidence?: string;
  readonly part?: string;
  readonly range?: Range;
  readonly run?: string;
}

type Raw = Record<string, unknown>;
const textMax = 200;

function oneOf<Value extends string>(value: unknown, allowed: readonly Value[]): Value | undefined {
  return allowed.find((each) => each === value);
}

/** Keeps what is known and drops the rest: a mangled link still opens. */
export function readListSearch(search: Raw): ListSearch {
  const status = oneOf(search["status"], ["new", "acknowledged", "resolved", "all"] as const);
  const severity = oneOf(search["severity"], severities);
  // The router turns digits into a number.
  const q = typeof search["q"] === "string" || typeof search["q"] === "number" ? String(search["q"]).slice(0, textMax) : "";
  return { ...(status ? { status } : {}), ...(severity ? { severity } : {}), ...(q ? { q } : {}) };
}

export function readIncidentSearch(search: Raw): IncidentSearch {
  const tab = oneOf(search["tab"], tabs);
  const range = oneOf(search["range"], ranges);
  const cause = Number(search["cause"]);
  const evidence = typeof search["evidence"] === "string" && /^ev_[0-9a-f]{20}$/.test(search["evidence"]) ? search["evidence"] : undefined;
  const part = typeof search["part"] === "string" ? search["part"].slice(0, 2_500) : undefined;
  const run = typeof search["run"] === "string" && /^[0-9a-f-]{36}$/i.test(search["run"]) ? search["run"] : undefined;
  return {
    ...(tab ? { tab } : {}),
    ...(Number.isInteger(cause) && cause > 0 ? { cause } : {}),
    ...(evidence ? { evidence } : {}),
    ...(evidence && part ? { part } : {}),
    ...(range ? { range } : {}),
    ...(run ? { run } : {}),
  };
}

/** What the address of the alerts says. */
export interface AlertSearch {
  readonly status?: "firing" | "resolved";
  readonly severity?: Severity;
  readonly held?: "maintenance" | "flapping";
  readonly q?: string;
}

export function readAlertSearch(search: Raw): AlertSearch {
  const status = oneOf(search["status"], ["firing", "resolved"] as const);
  const held = oneOf(search["held"], ["maintenance", "flapping"] as const);
  const { severity, q } = readListSearch(search);
  return { ...(status ? { status } : {}), ...(severity ? { severity } : {}), ...(held ? { held } : {}), ...(q ? { q } : {}) };
}

/** What the address of the correlation tries: hours back, window in minutes, steps in the topology, threshold. */
export interface CorrelationSearch {
  readonly hours?: number;
  readonly window?: number;
  readonly steps?: number;
  readonly threshold?: number;
}

export function readCorrelationSearch(search: Raw): CorrelationSearch {
  const within = (name: string, least: number, most: number): Record<string, number> => {
    const value = search[name] === "" || search[name] === null ? Number.NaN : Number(search[name]);
    return value >= least && value <= most ? { [name]: value } : {};
  };
  const whole = (name: string, least: number, most: number) => (Number.isInteger(Number(search[name])) ? within(name, least, most) : {});
  return { ...whole("hours", 1, 72), ...whole("window", 1, 1_440), ...whole("steps", 0, 3), ...within("threshold", 0.1, 1) };
}

/** How far back the storm view looks, in minutes. */
export const stormMinutes = [15, 60, 360] as const;

/** What the address of the storm view says; an hour is not said. */
export function readStormSearch(search: Raw): { readonly minutes?: 15 | 360 } {
  const minutes = ([15, 360] as const).find((each) => each === Number(search["minutes"]));
  return minutes ? { minutes } : {};
}

/** What the address of the audit log says: names as they stand in a row, and days as the reader counts them. */
export interface AuditSearch {
  readonly actor?: string;
  readonly service?: string;
  readonly object?: string;
  readonly from?: string;
  readonly to?: string;
}

export function readAuditSearch(search: Raw): AuditSearch {
  const text = (name: string): Record<string, string> => {
    const value = search[name];
    const said = typeof value === "string" || typeof value === "number" ? String(value).slice(0, textMax) : "";
    return said ? { [name]: said } : {};
  };
  const day = (name: string): Record<string, string> => {
    const value = search[name];
    return typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) && Date.parse(value) >= 0 ? { [name]: value } : {};
  };
  return { ...text("actor"), ...text("service"), ...text("object"), ...day("from"), ...day("to") };
}

export function readNotificationSearch(search: Raw): { readonly status?: "failed" } {
  return search["status"] === "failed" ? { status: "failed" } : {};
}

/** An address without some of what it says. */
export function without<Name extends keyof IncidentSearch>(search: IncidentSearch, names: readonly Name[]): IncidentSearch {
  const kept = Object.entries(search).filter(([name]) => !names.some((each) => each === name));
  return readIncidentSearch(Object.fromEntries(kept));
}
