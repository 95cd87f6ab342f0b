import type { Cause } from "@sre/contracts/evidence";
import type { DiagnosisRun, Incident, TimelineEntry } from "@sre/contracts/control-plane";
import { inert } from "./inert.ts";

export interface ReportInput {
  readonly incident: Incident;
  /** The latest diagnosis that has reported. */
  readonly diagnosis: DiagnosisRun | null;
  readonly timeline: readonly TimelineEntry[];
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
const bullet = (text: string) => `- ${text}`;

function facts({ incident }: ReportInput): string[] {
  const rows: [string, string | null][] = [
    ["Status", incident.status],
    ["Severity", incident.severity],
    ["Environment", incident.environment],
    ["Cluster", incident.cluster],
    ["Service", incident.service],
    ["Started", incident.started_at],
    ["Acknowledged", incident.acknowledged_at],
    ["Resolved", incident.resolved_at],
    ["Assignee", incident.assignee],
    ["Resolution", incident.resolution],
    ["Alerts", `${incident.alerts_firing} firing of ${incident.alerts_total}`],
    ["Grouped because", incident.grouped_because],
  ];
  const shown = rows.filter(([, value]) => value !== null && value !== "");
  return ["| | |", "| --- | --- |", ...shown.map(([name, value]) => `| ${name} | ${inert(value ?? "")} |`)];
}

function causeLines(cause: Cause): string[] {
  return [
    `### ${cause.rank}\\. ${inert(cause.title.en)} — ${percent(cause.confidence)}`,
    "",
    bullet(`Object: ${inert(cause.entity)}; fault: ${inert(cause.fault)}`),
    ...cause.for.map((finding) => bullet(`For: ${inert(finding.text.en)} (evidence ${finding.evidence.map(({ id }) => id).join(", ")})`)),
    ...cause.against.map((finding) => bullet(`Against: ${inert(finding.text.en)}`)),
    bullet(`Settled by: ${inert(cause.settled_by.en)}`),
    "",
  ];
}

function diagnosisLines(run: DiagnosisRun | null): string[] {
  if (!run?.result) return ["No diagnosis has reported yet.", ""];
  const { diagnosis, execution_plan: plan } = run.result;
  return [
    `**${diagnosis.verdict.replaceAll("_", " ")}**: ${inert(diagnosis.headline.en)}`,
    "",
    ...diagnosis.causes.flatMap(causeLines),
    ...(diagnosis.ruled_out.length > 0
      ? [
          "### Ruled out",
          "",
          ...diagnosis.ruled_out.map(({ title, because }) => bullet(`${inert(title.en)}: ${inert(because.text.en)}`)),
          "",
        ]
      : []),
    ...(diagnosis.unknown.length > 0
      ? ["### Missing evidence", "", ...diagnosis.unknown.map((gap) => bullet(inert(gap.text.en))), ""]
      : []),
    ...(plan.steps.length > 0
      ? ["### Proposed plan", "", ...plan.steps.map((step, index) => `${index + 1}. ${inert(step.title.en)} (risk ${step.risk})`), ""]
      : []),
  ];
}

/** The incident, its diagnosis and its timeline as Markdown in which nothing that a sender wrote has a meaning. */
export function incidentReport(input: ReportInput): string {
  const { incident, timeline } = input;
  const lines = [
    `# Incident ${incident.number}: ${inert(incident.title)}`,
    "",
    ...facts(input),
    "",
    "## Diagnosis",
    "",
    ...diagnosisLines(input.diagnosis),
    "## Entities",
    "",
    ...incident.entities.map((entity) => bullet(inert(entity))),
    "",
    "## Timeline",
    "",
    ...timeline.map((entry) => bullet(`${entry.at} ${inert(entry.actor)}: ${inert(entry.text.en)}`)),
  ];
  return `${lines.join("\n")}\n`;
}
