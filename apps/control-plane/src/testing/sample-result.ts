import type { DiagnosticResult } from "@sre/contracts/assistant";
import type { Cause, Diagnosis, EntityId, Finding } from "@sre/contracts/evidence";

export const sampleEvidenceId = "ev_00112233445566778899";

function sampleFinding(entity: EntityId): Finding {
  return {
    what: "container.oom_killed",
    entity,
    from: "2026-11-03T02:05:00.000Z",
    strength: 0.9,
    evidence: [{ id: sampleEvidenceId }],
    values: { times: 3 },
    text: { en: "Its container was OOM-killed 3 times", "zh-TW": "容器因記憶體不足被終止 3 次" },
  };
}

function sampleCause(entity: EntityId, fault: string): Cause {
  return {
    rank: 1,
    entity,
    fault,
    title: { en: `${entity} has ${fault}`, "zh-TW": `${entity} 發生 ${fault}` },
    where: [entity],
    belongs_to: [],
    confidence: 0.87,
    parts: [],
    for: [sampleFinding(entity)],
    against: [],
    explains: [entity],
    settled_by: { en: "Look at the last state", "zh-TW": "檢查上次狀態" },
    settling_question: null,
    change: null,
    onset: "2026-11-03T02:05:00.000Z",
  };
}

/** A result as the assistant gives it: one cause, or none when nothing is wrong. */
export function sampleResult(input: { verdict?: Diagnosis["verdict"]; entity?: EntityId; fault?: string } = {}): DiagnosticResult {
  const { verdict = "likely", entity = "eu-1/shop/deployment/checkout", fault = "memory_limit" } = input;
  const causes = verdict === "nothing_wrong" ? [] : [sampleCause(entity, fault)];
  const plan = { for_cause: null, requires_approval: false, steps: [] };
  const findings = causes.flatMap((cause) => cause.for);
  return {
    summary: `${verdict}: ${entity}`,
    findings,
    root_causes: causes,
    evidence: [{ id: sampleEvidenceId, source: "snapshot", kind: "answered", about: "objects" }],
    recommended_actions: [],
    execution_plan: plan,
    tools_used: [],
    execution_time: 0.4,
    snapshot_hash: "0".repeat(64),
    diagnosis: {
      verdict,
      headline: { en: `${entity}: ${fault}`, "zh-TW": `${entity}：${fault}` },
      as_of: "2026-11-03T02:20:00.000Z",
      hurts: [],
      causes,
      findings,
      ruled_out: [],
      unknown: [],
      plan,
      engine: "test",
    },
  };
}
