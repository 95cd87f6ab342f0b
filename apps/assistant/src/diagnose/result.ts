import type { DiagnosticResult } from "@sre/contracts/assistant";
import type { Answer, Snapshot } from "@sre/contracts/evidence";
import { engineVersion } from "@sre/diagnosis";
import { writeSnapshot } from "@sre/evidence";
import type { Report, Round } from "./diagnose.ts";

/** Characters of the text that was sent, as the list of used tools shows it; the evidence itself has all of it. */
const toolTextCharactersMax = 4_000;

/** Everything a diagnosis saw, with the scope it began from: replaying it plans the same questions. */
function snapshotOf({ scope, rounds }: Pick<Report, "scope" | "rounds">): Snapshot {
  const header = { record: "header", format: "sre-evidence", version: 1, scope, engine: engineVersion } as const;
  return { header, entities: scope.entities, edges: [], aliases: [], answers: rounds.flatMap(({ answers }) => answers) };
}

/** The snapshot as text; its SHA-256 is the result's `snapshot_hash`. */
export function snapshotText(seen: Pick<Report, "scope" | "rounds">): string {
  return Buffer.from(writeSnapshot(snapshotOf(seen))).toString("utf8");
}

function toolUse(answer: Answer, round: number): DiagnosticResult["tools_used"][number] {
  return {
    source: answer.source,
    evidence: answer.id,
    question: answer.question,
    text: answer.asked
      .map(({ text }) => text)
      .join("\n")
      .slice(0, toolTextCharactersMax),
    outcome: answer.kind === "answered" ? "answered" : answer.because,
    took_ms: answer.asked.reduce((sum, { took_ms: tookMs }) => sum + tookMs, 0),
    round,
  };
}

function evidenceEntry(answer: Answer): DiagnosticResult["evidence"][number] {
  return { id: answer.id, source: answer.source, kind: answer.kind, about: answer.question.about };
}

const answersWithRound = (rounds: readonly Round[]) =>
  rounds.flatMap(({ number, answers }) => answers.map((answer) => ({ answer, number })));

/** The result under the names that the API fixes; `diagnosis` is the whole. */
export function resultOf(report: Report, facts: { executionSeconds: number; snapshotHash: string }): DiagnosticResult {
  const { diagnosis, rounds } = report;
  return {
    summary: diagnosis.headline.en,
    findings: diagnosis.findings,
    root_causes: diagnosis.causes,
    evidence: rounds.flatMap(({ answers }) => answers.map(evidenceEntry)),
    recommended_actions: diagnosis.plan.steps.map(({ title }) => title.en),
    execution_plan: diagnosis.plan,
    tools_used: answersWithRound(rounds).map(({ answer, number }) => toolUse(answer, number)),
    execution_time: facts.executionSeconds,
    diagnosis,
    snapshot_hash: facts.snapshotHash,
  };
}
