import type { Finding, Language } from "@sre/contracts/evidence";
import type { Translate } from "../app/language.ts";
import { quantity, threeDigits } from "../format/number.ts";
import { durationInWords } from "../format/time.ts";

interface Telling {
  readonly finding: Pick<Finding, "what" | "values">;
  readonly t: Translate;
  readonly language: Language;
}

/** Most values of a finding that fit in a cell. */
const valuesMax = 3;
/** Kinds whose level is a share of a limit, although they carry no unit. */
const shares = new Set(["memory_at_limit", "cpu_at_limit", "cpu_throttled", "disk_nearly_full", "inodes_nearly_full"]);
/** What the number `count` counts, by the kind of the finding; log findings count lines. */
const counted: Readonly<Record<string, "restarts" | "times" | "objects">> = {
  oom_killed: "restarts",
  crash_looping: "restarts",
  container_exited: "restarts",
  probe_failing: "times",
  no_bad_state: "objects",
};
const numberAt = ({ finding }: Telling, name: string): number | null => {
  const value = finding.values[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
};
const textAt = ({ finding }: Telling, name: string): string => {
  const value = finding.values[name];
  return typeof value === "string" && value !== "?" ? value : "";
};

function level(telling: Telling): string | null {
  const { finding, t } = telling;
  const unit = textAt(telling, "unit") || null;
  // A number and its unit stay on one line.
  const inWords = (value: number) => quantity(value, unit, shares.has(finding.what) || unit === "1").replaceAll(" ", "\u00a0");
  const names =
    finding.what === "golden_blip" ? ["during", "last"] : numberAt(telling, "during") === null ? ["last"] : ["before", "during"];
  const steps = names.map((name) => numberAt(telling, name)).filter((value) => value !== null);
  if (steps.length === 0) return null;
  const limit = numberAt(telling, "limit");
  const text = steps.map(inWords).join(" → ");
  return limit === null ? text : t("values.ofLimit", { text, limit: inWords(limit) });
}

function count(telling: Telling): string | null {
  const value = numberAt(telling, "count");
  if (value === null) return null;
  const { finding, t } = telling;
  const word = finding.what.startsWith("log_") ? "lines" : counted[finding.what];
  return t(`values.${word ?? "times"}`, { count: value });
}

function rule(telling: Telling): string | null {
  const [value, threshold] = [numberAt(telling, "value"), numberAt(telling, "threshold")];
  if (value === null || threshold === null) return value === null ? null : threeDigits(value);
  return telling.t("values.against", { value: threeDigits(value), threshold: threeDigits(threshold) });
}

function duration(telling: Telling, [name, key]: readonly [string, "lasted" | "beforeOnset" | "afterOnset"]): string | null {
  const seconds = numberAt(telling, name);
  // Only rules and signals last; what a service adds or comes late by is no length of its own. What lasts no time did not happen.
  const lasts = /^(?:rule|golden)_/.test(telling.finding.what);
  if (seconds === null || (name === "seconds" && (!lasts || seconds <= 0))) return null;
  return telling.t(`values.${key}`, { duration: durationInWords(seconds * 1_000, telling.language) });
}

function ready(telling: Telling): string | null {
  const [now, wanted] = [numberAt(telling, "ready"), numberAt(telling, "wanted")];
  return now === null || wanted === null ? null : telling.t("kubernetes.ready", { ready: now, wanted });
}

function exitCode(telling: Telling): string | null {
  const code = numberAt(telling, "code");
  return code === null ? null : telling.t("values.exitCode", { code });
}

/** The share of instances that a change reached, where it is not all of them. */
function reached(telling: Telling): string | null {
  const share = numberAt(telling, "share");
  return share === null || share >= 1 ? null : telling.t("values.reached", { percent: threeDigits(share * 100) });
}

/** The numbers of a finding as people say them: "0.2 % → 37.6 %", "3 restarts · exit code 137". Others stand in its sentence alone, in the reader's language. */
export function findingValues(telling: Telling): string {
  const tellers = [
    level(telling),
    ready(telling),
    count(telling),
    exitCode(telling),
    rule(telling),
    duration(telling, ["before_onset", "beforeOnset"]),
    duration(telling, ["after_onset", "afterOnset"]),
    duration(telling, ["seconds", "lasted"]),
    reached(telling),
  ];
  return tellers.filter((text) => text !== null).slice(0, valuesMax).join(" · "); // prettier-ignore
}
