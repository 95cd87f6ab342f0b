import type { DiagnosisRun, Incident } from "@sre/contracts/control-plane";
import type { Language, PlanStep } from "@sre/contracts/evidence";
import { expect, test } from "vitest";
import { sampleResult } from "../testing/sample-result.ts";
import { incidentReport } from "./incident-report.ts";

const at = "2026-11-24T10:00:00.000Z";
const incident: Incident = {
  id: "0193a000-0000-7000-8000-000000000001", number: 7, title: "checkout fails", status: "acknowledged", severity: "critical", environment: "prod", cluster: "eu-1", service: "checkout",
  entities: ["eu-1/shop/service/checkout"], started_at: at, created_at: at, updated_at: at, acknowledged_at: at, resolved_at: null, assignee: null, resolution: null, alerts_firing: 1, alerts_total: 2,
  grouped_because: "same service", grouped_because_text: { en: "same service", "zh-TW": "同為服務 checkout" }, diagnosis: null, version: 1,
}; // prettier-ignore

const step = (command: string): PlanStep => ({
  id: "step-1", action: "kubernetes.drain", target: "eu-1//node/worker-1", arguments: {}, command, title: { en: "Move its pods", "zh-TW": "移動 Pod" }, expected_effect: { en: "They run elsewhere", "zh-TW": "在其他節點執行" },
  risk: "high", reversible: false, mutates: true, verification: null,
}); // prettier-ignore

function report(language: Language, command: string): string {
  const result = sampleResult();
  const plan = { for_cause: 1, requires_approval: true, steps: [step(command)] };
  const diagnosis = { result: { ...result, execution_plan: plan } } as DiagnosisRun;
  return incidentReport({ incident, diagnosis, timeline: [], language });
}

test("a report holds the commands of the plan as they are typed, with risk and effect", () => {
  const text = report("en", "kubectl --context eu-1 drain worker-1 --ignore-daemonsets");
  expect(text).toContain("1. Move its pods (risk high, cannot be undone)\n\n   ```sh\n   kubectl --context eu-1 drain worker-1 --ignore-daemonsets\n   ```\n");
  expect(text).toContain("Expected: They run elsewhere");
}); // prettier-ignore

test("a report is in the language that was asked for", () => {
  const text = report("zh-TW", "kubectl get pods");
  expect(text).toContain("# 事件 7：checkout fails");
  expect(text).toContain("| 合併原因 | 同為服務 checkout |");
  expect(text).toContain("1. 移動 Pod (風險 高, 無法復原)");
});

test("a command cannot leave its block, whatever a sender named a thing", () => {
  const text = report("en", "kubectl get 'pod/a\n```\n# heading'");
  expect(text).toContain("   ````sh\n   kubectl get 'pod/a ``` # heading'\n   ````");
});
