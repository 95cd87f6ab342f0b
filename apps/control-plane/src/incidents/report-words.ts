import type { Language } from "@sre/contracts/evidence";

/* The fixed words of an incident's report. */

const en = {
  incident: "Incident",
  status: "Status",
  severity: "Severity",
  environment: "Environment",
  cluster: "Cluster",
  service: "Service",
  started: "Started",
  acknowledged: "Acknowledged",
  resolved: "Resolved",
  assignee: "Assignee",
  resolution: "Resolution",
  alerts: "Alerts",
  firing: (firing: number, total: number) => `${firing} firing of ${total}`,
  together: "Grouped because",
  diagnosis: "Diagnosis",
  noDiagnosis: "No diagnosis has reported yet.",
  object: (entity: string, fault: string) => `Object: ${entity}; fault: ${fault}`,
  for: "For",
  evidence: "evidence",
  against: "Against",
  settledBy: "Settled by",
  ruledOut: "Ruled out",
  missing: "Missing evidence",
  plan: "Proposed plan",
  effect: "Expected",
  risk: "risk",
  irreversible: "cannot be undone",
  entities: "Entities",
  timeline: "Timeline",
  colon: ": ",
  verdicts: { confirmed: "confirmed", likely: "likely", inconclusive: "inconclusive", nothing_wrong: "nothing wrong" },
  risks: { none: "none", low: "low", medium: "medium", high: "high" },
  statuses: { new: "new", acknowledged: "acknowledged", resolved: "resolved" },
} as const;

type Written<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...args: infer A) => string
      ? (...args: A) => string
      : Written<T[K]>;
};
export type ReportWords = Written<typeof en>;

const zhTW: ReportWords = {
  incident: "事件",
  status: "狀態",
  severity: "嚴重度",
  environment: "環境",
  cluster: "叢集",
  service: "服務",
  started: "開始",
  acknowledged: "確認",
  resolved: "解決",
  assignee: "負責人",
  resolution: "處理結果",
  alerts: "告警",
  firing: (firing, total) => `${total} 則中有 ${firing} 則觸發中`,
  together: "合併原因",
  diagnosis: "診斷",
  noDiagnosis: "尚無診斷結果。",
  object: (entity, fault) => `對象：${entity}；故障：${fault}`,
  for: "支持",
  evidence: "證據",
  against: "反對",
  settledBy: "如何確認",
  ruledOut: "已排除",
  missing: "尚缺證據",
  plan: "建議計畫",
  effect: "預期效果",
  risk: "風險",
  irreversible: "無法復原",
  entities: "對象",
  timeline: "時間軸",
  colon: "：",
  verdicts: { confirmed: "已確認", likely: "很可能", inconclusive: "無法判定", nothing_wrong: "未見異常" },
  risks: { none: "無", low: "低", medium: "中", high: "高" },
  statuses: { new: "新事件", acknowledged: "已確認", resolved: "已解決" },
};

export const reportWords: Readonly<Record<Language, ReportWords>> = { en, "zh-TW": zhTW };
