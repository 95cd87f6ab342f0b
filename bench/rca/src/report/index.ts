import { byCodeUnit } from "@sre/contracts/canonical";
import type { Labels, Truth } from "../labels.ts";
import type { Prediction } from "../prediction.ts";
import { changesOverall, changeTable, type Blaming } from "./changes.ts";
import { controlTable, leaveOutTable, runsTable } from "./controls.ts";
import { kindTable, methodTable } from "./methods.ts";
import { grouped, isControl, isEngine, runOf, scoredOf, type Scored } from "./scored.ts";
import { engineMethod } from "../prediction.ts";
import { healthyTable, trustOverall, trustTable } from "./trust.ts";

export type Kinds = "none" | "engine" | "all";

interface Labelled {
  readonly line: Prediction;
  readonly truth: Truth | undefined;
}

/** Cases of normal operation bear this name or label: there is no cause, so the right answer is none. */
const isNormal = ({ line, truth }: Labelled) => line.case.startsWith("normal/") || truth?.set === "normal";

const runsLast = (a: string, b: string): number => a.length - b.length || byCodeUnit(a, b);

function titled(title: string, text: string | null): string[] {
  return text === null ? [] : [title, text];
}

function faultReport(system: string, scored: readonly Scored[], kinds: Kinds): string[] {
  const runs = grouped(scored, ({ line }) => line.run, runsLast).flatMap(([run, all]) => {
    const name = runOf({ system, run });
    const plain = all.filter(({ line }) => !isControl(line));
    return [
      `### ${name}`,
      methodTable(plain),
      ...(kinds === "none" ? [] : [kindTable(plain, kinds === "all")]),
      trustTable(plain),
      ...titled(`### ${name}, controls`, controlTable(all)),
      ...titled(`### ${name}, kinds left out`, leaveOutTable(all)),
    ];
  });
  return [...runs, ...titled(`### ${system}, by run`, runsTable(scored, runsLast))];
}

/** How changes were blamed, each way of running a case by itself. */
function changeReport(system: string, blaming: readonly Blaming[]): string[] {
  const named = blaming.filter(({ line }) => isEngine(line) || line.method === "latest change");
  return grouped(named, ({ line }) => line.run, runsLast).flatMap(([run, own]) => [`### ${runOf({ system, run })}`, changeTable(own)]);
}

function scoredFaults(own: readonly Labelled[]): Scored[] {
  const faults = own.filter((one) => !isNormal(one));
  return faults.flatMap(({ line, truth }) => (truth === undefined || truth.set === "changes" ? [] : [scoredOf(line, truth)]));
}

function blamings(own: readonly Labelled[]): Blaming[] {
  return own.flatMap(({ line, truth }) => (truth?.set === "changes" ? [{ line, change: truth.change }] : []));
}

function systemReport(system: string, own: readonly Labelled[], kinds: Kinds): string[] {
  const normal = own.filter(isNormal).filter(({ line }) => !isControl(line));
  const faults = own.filter((one) => !isNormal(one));
  const blaming = blamings(own);
  const scored = scoredFaults(own);
  const unlabelled = new Set(faults.filter(({ truth }) => truth === undefined).map(({ line }) => line.case)).size;
  return [
    `## ${system}`,
    ...(unlabelled === 0 ? [] : [`${unlabelled} cases have no label and are not scored.`]),
    ...changeReport(system, blaming),
    ...faultReport(system, scored, kinds),
    ...(normal.length === 0 ? [] : [`### ${system}, normal operation`, healthyTable(normal.map(({ line }) => line))]),
  ];
}

/** The plain engine on all systems together: verdicts and confidence, and which changes it blames. */
function overallReport(all: readonly Labelled[]): string[] {
  const plain = all.filter(({ line }) => line.method === engineMethod);
  const isSeveral = (some: readonly { readonly line: Prediction }[]) => new Set(some.map(({ line }) => line.system)).size > 1;
  const [scored, blaming] = [scoredFaults(plain), blamings(plain)];
  return [
    ...(isSeveral(scored) ? ["## Verdicts and confidence, all systems", trustOverall(scored)] : []),
    ...(isSeveral(blaming) ? ["## Changes, all systems", changesOverall(blaming)] : []),
  ];
}

const namesShown = 10;

/** The labelled cases about which the engine was never asked: a score does not count what was left out. */
function missingReport(lines: readonly Prediction[], labels: Labels): string[] {
  const seen = new Set(lines.filter(isEngine).map((line) => labels.labelOf(line.system, line.case)));
  const missing = labels.all.filter((label) => !seen.has(label));
  if (missing.length === 0) return [];
  const told = grouped(missing, ({ folder }) => folder).map(([folder, own]) => {
    const names = own.slice(0, namesShown).map(({ id }) => id);
    return `- ${folder}: ${own.length} (${names.join(", ")}${own.length > namesShown ? ", …" : ""})`;
  });
  return ["## Labelled cases without a prediction", told.join("\n")];
}

/** Everything that the scorer prints, paragraph by paragraph. */
export function reportOf(lines: readonly Prediction[], labels: Labels, kinds: Kinds): string[] {
  const labelled = lines.map((line): Labelled => ({ line, truth: labels.of(line.system, line.case) }));
  const systems = grouped(labelled, ({ line }) => line.system).flatMap(([system, own]) => systemReport(system, own, kinds));
  return [...systems, ...overallReport(labelled), ...missingReport(lines, labels)];
}
