import type { DiagnosisRun, Incident, TimelineEntry } from "@sre/contracts/control-plane";
import type { Cause, Diagnosis, Language, LocalizedText, Plan, PlanStep } from "@sre/contracts/evidence";
import { inert, inertBlock } from "./inert.ts";
import { reportWords, type ReportWords } from "./report-words.ts";

export interface ReportInput {
  readonly incident: Incident;
  /** The latest diagnosis that has reported. */
  readonly diagnosis: DiagnosisRun | null;
  readonly timeline: readonly TimelineEntry[];
  readonly language: Language;
}

/** The words of a report, and the choice of its language in what the product said. */
interface Speech {
  readonly words: ReportWords;
  readonly say: (text: LocalizedText) => string;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
const bullet = (text: string) => `- ${text}`;
const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : [`### ${title}`, "", ...lines, ""]);

function facts(incident: Incident, { words, say }: Speech): string[] {
  const rows: [string, string | null][] = [
    [words.status, (words.statuses as Readonly<Record<string, string>>)[incident.status] ?? incident.status],
    [words.severity, incident.severity],
    [words.environment, incident.environment],
    [words.cluster, incident.cluster],
    [words.service, incident.service],
    [words.started, incident.started_at],
    [words.acknowledged, incident.acknowledged_at],
    [words.resolved, incident.resolved_at],
    [words.assignee, incident.assignee],
    [words.resolution, incident.resolution],
    [words.alerts, words.firing(incident.alerts_firing, incident.alerts_total)],
    [words.together, say(incident.grouped_because_text)],
  ];
  const shown = rows.filter(([, value]) => value !== null && value !== "");
  return ["| | |", "| --- | --- |", ...shown.map(([name, value]) => `| ${name} | ${inert(value ?? "")} |`)];
}

function causeLines(cause: Cause, { words, say }: Speech): string[] {
  const cited = (ids: readonly { id: string }[]) => `(${words.evidence} ${ids.map(({ id }) => id).join(", ")})`;
  return [
    `### ${cause.rank}\\. ${inert(say(cause.title))} — ${percent(cause.confidence)}`,
    "",
    bullet(words.object(inert(cause.entity), inert(cause.fault))),
    ...cause.for.map((finding) => bullet(`${words.for}${words.colon}${inert(say(finding.text))} ${cited(finding.evidence)}`)),
    ...cause.against.map((finding) => bullet(`${words.against}${words.colon}${inert(say(finding.text))}`)),
    bullet(`${words.settledBy}${words.colon}${inert(say(cause.settled_by))}`),
    "",
  ];
}

function stepLines(step: PlanStep, number: number, { words, say }: Speech): string[] {
  const undone = step.reversible ? "" : `, ${words.irreversible}`;
  return [
    `${number}. ${inert(say(step.title))} (${words.risk} ${words.risks[step.risk]}${undone})`,
    "",
    ...inertBlock(step.command, "   "),
    "",
    `   ${words.effect}${words.colon}${inert(say(step.expected_effect))}`,
    "",
  ];
}

function judgedLines(diagnosis: Diagnosis, plan: Plan, speech: Speech): string[] {
  const { words, say } = speech;
  const out = diagnosis.ruled_out.map(({ title, because }) => bullet(`${inert(say(title))}${words.colon}${inert(say(because.text))}`));
  return [
    `**${words.verdicts[diagnosis.verdict]}**${words.colon}${inert(say(diagnosis.headline))}`,
    "",
    ...diagnosis.causes.flatMap((cause) => causeLines(cause, speech)),
    ...section(words.ruledOut, out),
    ...section(words.missing, diagnosis.unknown.map((gap) => bullet(inert(say(gap.text))))), // prettier-ignore
    ...section(words.plan, plan.steps.flatMap((step, index) => stepLines(step, index + 1, speech))), // prettier-ignore
  ];
}

/** The incident, its diagnosis with the commands of its plan, and its timeline as Markdown in which nothing that a sender wrote has a meaning. */
export function incidentReport({ incident, diagnosis, timeline, language }: ReportInput): string {
  const speech: Speech = { words: reportWords[language], say: (text) => text[language] || text.en };
  const { words, say } = speech;
  const result = diagnosis?.result;
  const lines = [
    `# ${words.incident} ${incident.number}${words.colon}${inert(incident.title)}`,
    "",
    ...facts(incident, speech),
    "",
    `## ${words.diagnosis}`,
    "",
    ...(result ? judgedLines(result.diagnosis, result.execution_plan, speech) : [words.noDiagnosis, ""]),
    `## ${words.entities}`,
    "",
    ...incident.entities.map((entity) => bullet(inert(entity))),
    "",
    `## ${words.timeline}`,
    "",
    ...timeline.map((entry) => bullet(`${entry.at} ${inert(entry.actor)}${words.colon}${inert(say(entry.text))}`)),
  ];
  return `${lines.join("\n")}\n`;
}
