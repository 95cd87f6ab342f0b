import { sixDigits } from "@sre/contracts/canonical";
import { partsOf } from "../entities.ts";
import { type EntityId, type Language, type LocalizedText } from "@sre/contracts/evidence";

export type Values = Readonly<Record<string, number | string>>;

/** A sentence in both languages with places such as {count} or {after:percent}. */
export type Template = LocalizedText;

const kindWords: Readonly<Record<string, LocalizedText>> = {
  service: { en: "service", "zh-TW": "服務" },
  node: { en: "node", "zh-TW": "節點" },
  pod: { en: "pod", "zh-TW": "Pod" },
  container: { en: "container", "zh-TW": "容器" },
  deployment: { en: "deployment", "zh-TW": "Deployment" },
  statefulset: { en: "StatefulSet", "zh-TW": "StatefulSet" },
  daemonset: { en: "DaemonSet", "zh-TW": "DaemonSet" },
  replicaset: { en: "ReplicaSet", "zh-TW": "ReplicaSet" },
  job: { en: "job", "zh-TW": "Job" },
  cronjob: { en: "CronJob", "zh-TW": "CronJob" },
  workload: { en: "workload", "zh-TW": "工作負載" },
  ingress: { en: "ingress", "zh-TW": "Ingress" },
  secret: { en: "secret", "zh-TW": "Secret" },
  volume: { en: "volume", "zh-TW": "磁碟區" },
  component: { en: "component", "zh-TW": "元件" },
  namespace: { en: "namespace", "zh-TW": "命名空間" },
  cluster: { en: "cluster", "zh-TW": "叢集" },
  database: { en: "database", "zh-TW": "資料庫" },
  queue: { en: "queue", "zh-TW": "佇列" },
  config: { en: "configuration", "zh-TW": "設定" },
  quota: { en: "quota", "zh-TW": "配額" },
  claim: { en: "volume claim", "zh-TW": "PVC" },
  storageclass: { en: "StorageClass", "zh-TW": "StorageClass" },
  external: { en: "external service", "zh-TW": "外部服務" },
};

/** An entity as a person says it: "deployment checkout". */
export function spoken(id: EntityId): LocalizedText {
  const { kind, name } = partsOf(id);
  const word = kindWords[kind] ?? { en: kind, "zh-TW": kind };
  return { en: `${word.en} ${name}`, "zh-TW": `${word["zh-TW"]} ${name}` };
}

const grouped = (text: string) => text.replace(/\B(?=(\d{3})+$)/g, ",");

/** Three significant digits without exponent for what people meet. */
function digits(value: number): string {
  const rounded = Number(value.toPrecision(3));
  if (Math.abs(rounded) >= 1e15) return String(rounded);
  return Math.abs(rounded) < 10_000 ? String(sixDigits(rounded)) : grouped(String(sixDigits(rounded)));
}

/** How many there are: things are whole, also where the mean of a count is not. */
function count(value: number): string {
  const whole = Math.round(value);
  return Math.abs(whole) >= 10_000 ? digits(whole) : String(whole);
}

// Nearer than a scrape or two, the order of two moments is all that is known.
const justSeconds = 60;

function beforeOnset(value: number, language: Language): string {
  if (language === "en") return value < justSeconds ? "just before the onset" : `${seconds(value, "en")} before the onset`;
  return value < justSeconds ? "異常即將開始時" : `異常開始前 ${seconds(value, "zh-TW")}`;
}

function seconds(value: number, language: Language): string {
  const unit = (amount: number, en: string, zh: string) => `${digits(amount)} ${language === "en" ? en : zh}`;
  const size = Math.abs(value);
  if (size < 1) return unit(value * 1000, "ms", "毫秒");
  if (size < 120) return unit(value, "s", "秒");
  if (size < 7_200) return unit(Math.round(value / 60), "min", "分鐘");
  return unit(value / 3_600, "h", "小時");
}

function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let [size, unit] = [value, 0];
  while (Math.abs(size) >= 1024 && unit < units.length - 1) [size, unit] = [size / 1024, unit + 1];
  return `${digits(size)} ${units[unit] ?? "B"}`;
}

// UCUM writes what is counted in braces.
const countedUnits: Readonly<Record<string, LocalizedText>> = {
  "{request}/s": { en: "requests/s", "zh-TW": "次請求/秒" },
  "{error}/s": { en: "errors/s", "zh-TW": "次錯誤/秒" },
  "By/s": { en: "B/s", "zh-TW": "B/s" },
};

const ratioUnits: ReadonlySet<string> = new Set(["1", "", "ratio"]);

function inUnit(value: number, unit: string, language: Language): string {
  if (unit === "s") return seconds(value, language);
  if (unit === "By") return bytes(value);
  if (unit === "?") return digits(value);
  if (ratioUnits.has(unit)) return `${digits(value * 100)} %`;
  return `${digits(value)} ${countedUnits[unit]?.[language] ?? unit.replace(/[{}]/g, "")}`;
}

const clock = (text: string) => `${text.slice(11, 16)} UTC`;

function place(values: Values, [key, format]: readonly [string, string | undefined], language: Language): string {
  const value = values[key];
  if (value === undefined) return "?";
  if (format === "time") return clock(String(value));
  if (typeof value === "string") return value;
  if (format === "percent") return `${digits(value * 100)} %`;
  if (format === "seconds") return seconds(value, language);
  if (format === "bytes") return bytes(value);
  if (format === "count") return count(value);
  if (format === "before") return beforeOnset(value, language);
  if (format === "unit") return inUnit(value, String(values["unit"] ?? ""), language);
  // A port, a code or an exit status is a name: it is never rounded.
  return Number.isInteger(value) ? String(value) : digits(value);
}

const [endsChinese, beginsChinese] = [/[\u3000-\u9fff\uff00-\uffef] ?$/, /^ ?[\u3000-\u9fff\uff00-\uffef]/];

const [endsHan, beginsLatin] = [/[\u4e00-\u9fff]$/, /^[A-Za-z0-9]/];

/** Two pieces of a sentence: Chinese needs no space between two of its own characters, and one before a foreign word. */
function joined(before: string, after: string): string {
  if (endsHan.test(before) && beginsLatin.test(after)) return `${before} ${after}`;
  return endsChinese.test(before) && beginsChinese.test(after) ? before.replace(/ $/, "") + after.replace(/^ /, "") : before + after;
}

function fillOne(template: string, values: Values, language: Language): string {
  const pieces = template.split(/(\{\w+(?::\w+)?\})/).map((piece) => {
    const named = /^\{(\w+)(?::(\w+))?\}$/.exec(piece);
    return named === null ? piece : place(values, [named[1] ?? "", named[2]], language);
  });
  return language === "en" ? pieces.join("") : pieces.reduce(joined, "");
}

/** The sentence with its places filled; a missing value reads "?". */
export function fill(template: Template, values: Values, localized: Readonly<Record<string, LocalizedText>> = {}): LocalizedText {
  const pick = (language: Language): Values => ({
    ...values,
    ...Object.fromEntries(Object.entries(localized).map(([key, text]) => [key, text[language]])),
  });
  return { en: fillOne(template.en, pick("en"), "en"), "zh-TW": fillOne(template["zh-TW"], pick("zh-TW"), "zh-TW") };
}

// "service cart, service mail" is said as "service cart, mail".
function withoutRepeatedKind(names: readonly string[]): string[] {
  const kindOf = (name = "") => /^\S+ (?=\S)/.exec(name)?.[0] ?? "";
  return names.map((name, i) =>
    i > 0 && kindOf(name) !== "" && kindOf(name) === kindOf(names[i - 1]) ? name.slice(kindOf(name).length) : name,
  );
}

/** Some things in one breath: the first few by name, the rest as a number. */
export function enumerated(things: readonly LocalizedText[], named = 2): LocalizedText {
  const [first, more] = [things.slice(0, named), things.length - named];
  const [en, zh] = [withoutRepeatedKind(first.map((thing) => thing.en)), withoutRepeatedKind(first.map((thing) => thing["zh-TW"]))];
  if (more > 0) return { en: `${en.join(", ")} and ${more} more`, "zh-TW": joined(zh.join("、"), ` 等 ${things.length} 項`) };
  return { en: [en.slice(0, -1).join(", "), ...en.slice(-1)].filter((part) => part !== "").join(" and "), "zh-TW": zh.join("、") };
}

/** A bounded text for a value: one line, cut with a mark. */
export function brief(text: string, max = 200): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}

// Names that are written small wherever they stand.
const smallNames = /^kube-/;

/** A sentence begins with a capital, unless it begins with somebody's own words, such as the title of a change. */
export function sentence(text: string, template = ""): string {
  return template.startsWith("{title}") || smallNames.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
