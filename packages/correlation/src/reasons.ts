import type { LocalizedText } from "@sre/contracts/evidence";
import { componentParts, type ComponentId } from "./component.ts";
import type { Resolved } from "./resolve-entity.ts";
import type { Score, Tie } from "./score.ts";

const minutes = (ms: number) => Math.round(ms / 60_000);

function where({ environment, cluster }: Pick<Resolved, "cluster" | "environment">): LocalizedText {
  const en = [environment || "no environment", cluster ? `cluster ${cluster}` : "no cluster"];
  const zh = [environment ? `環境 ${environment}` : "未指定環境", cluster ? `叢集 ${cluster}` : "未指定叢集"];
  return { en: en.join(", "), "zh-TW": zh.join("，") };
}

function nameOf(component: ComponentId): string {
  const { namespace, name } = componentParts(component);
  return namespace === "" ? name : `${namespace}/${name}`;
}

const steps = (count: number) => (count === 1 ? "1 step" : `${count} steps`);

function tieText(tie: Tie, about: string): LocalizedText {
  if (tie.kind === "none") return { en: `${about} alerted like its other alerts`, "zh-TW": `${about} 的告警與其他告警相似` };
  if (tie.kind === "burst")
    return {
      en: `${about} alerted under ${tie.name} within a minute of ${tie.count} other things of the incident, in a burst of that name`,
      "zh-TW": `${about} 與事件中另外 ${tie.count} 個對象在一分鐘內同時發出 ${tie.name} 告警，屬同一波爆發`,
    };
  const other = nameOf(tie.component);
  switch (tie.kind) {
    case "same":
      return { en: `same service ${componentParts(tie.component).name}`, "zh-TW": `同為服務 ${componentParts(tie.component).name}` };
    case "depends":
      return { en: `${about} depends on ${other} (${steps(tie.steps)})`, "zh-TW": `${about} 依賴 ${other}（相隔 ${tie.steps} 層）` };
    case "explained":
      return tie.steps === 0
        ? { en: `${about} is what the diagnosis found to be the cause`, "zh-TW": `診斷認定 ${about} 為原因` }
        : {
            en: `${about} depends on ${other}, which the diagnosis found to be the cause`,
            "zh-TW": `${about} 依賴 ${other}，而診斷認定其為原因`,
          };
    case "serves":
      return { en: `${other} depends on ${about} (${steps(tie.steps)})`, "zh-TW": `${other} 依賴 ${about}（相隔 ${tie.steps} 層）` };
    case "rests-on":
      return { en: `${about} rests on ${other}`, "zh-TW": `${about} 依附於 ${other}` };
    case "carries":
      return { en: `${other} rests on ${about}`, "zh-TW": `${other} 依附於 ${about}` };
    case "shares":
      return { en: `${about} and ${other} both depend on ${nameOf(tie.via)}`, "zh-TW": `${about} 與 ${other} 都依賴 ${nameOf(tie.via)}` };
    case "rests-beside":
      return { en: `${about} and ${other} both rest on ${nameOf(tie.via)}`, "zh-TW": `${about} 與 ${other} 都依附於 ${nameOf(tie.via)}` };
    case "named":
      return { en: `its other alerts name ${other}`, "zh-TW": `其他告警提到 ${other}` };
    case "names":
      return { en: `${about} names ${other}`, "zh-TW": `${about} 的告警提到 ${other}` };
    case "both-name":
      return { en: `${about} names ${other}, as its other alerts do`, "zh-TW": `${about} 與其他告警都提到 ${other}` };
  }
}

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** Why an alert joined: what ties it, where, how near in time, and how alike. */
export function reasonToJoin(resolved: Resolved, score: Score, windowMs: number): LocalizedText {
  const [place, about] = [where(resolved), resolved.service ?? resolved.entity ?? "?"];
  const tie = tieText(score.tie, about);
  if (score.tie.kind === "same") {
    const span = minutes(windowMs);
    return {
      en: `${tie.en} (${place.en}), within ${span} min of its other alerts`,
      "zh-TW": `${tie["zh-TW"]}（${place["zh-TW"]}），與其他告警相隔不到 ${span} 分鐘`,
    };
  }
  const [gap, total, labels, text] = [minutes(score.gapMs), score.total.toFixed(2), percent(score.labels), percent(score.text)];
  return {
    en: `${tie.en} (${place.en}), ${gap} min apart, labels ${labels} and words ${text} alike; score ${total}`,
    "zh-TW": `${tie["zh-TW"]}（${place["zh-TW"]}），相隔 ${gap} 分鐘，標籤 ${labels}、文字 ${text} 相同；分數 ${total}`,
  };
}

const alone: LocalizedText = {
  en: "stands alone: no label says what it is about, and such alerts are never grouped",
  "zh-TW": "單獨成立：沒有標籤說明告警對象，這類告警不會合併",
};

/** Why an alert opened a group of its own. */
export function firstReason(resolved: Resolved): LocalizedText {
  if (resolved.entity === null) return alone;
  const [name, place] = [resolved.service ?? resolved.entity, where(resolved)];
  return {
    en: `first alert of ${name} (${place.en}); what it is about is known from: ${resolved.because.en}`,
    "zh-TW": `${name} 的第一則告警（${place["zh-TW"]}）；對象的判斷依據：${resolved.because["zh-TW"]}`,
  };
}
