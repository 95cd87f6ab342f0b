import { evidenceId } from "@sre/contracts/canonical";
import type { Answer, EvidenceData, Snapshot } from "@sre/contracts/evidence";
import type { RcaCase } from "../case.ts";
import { randomOf, type Random } from "../generated/random.ts";

/** What a team would run as one thing, and lose as one thing. */
const sources = ["metrics", "logs", "cluster", "changes", "topology", "alerts", "traces-and-probes"] as const;
export type Source = (typeof sources)[number];

const tellers = {
  series: "metrics",
  rule: "metrics",
  logs: "logs",
  objects: "cluster",
  events: "cluster",
  changes: "changes",
  topology: "topology",
  alerts: "alerts",
  calls: "traces-and-probes",
  checks: "traces-and-probes",
} as const satisfies Record<Answer["question"]["about"], Source>;

// What no live source could have told comes from traces and probes, in whatever form it is told.
function sourceOf({ notLive, namesFromMetrics }: RcaCase, { id, question }: Answer): Source {
  if (notLive.has(id)) return "traces-and-probes";
  const teller = tellers[question.about];
  return teller === "topology" && namesFromMetrics === true ? "metrics" : teller;
}

/** The sources that told anything about a case. */
export function sourcesOf(one: RcaCase): Source[] {
  const told = new Set(one.snapshot.answers.filter(({ kind }) => kind === "answered").map((answer) => sourceOf(one, answer)));
  return sources.filter((source) => told.has(source));
}

// A recording tells everything under one name; what is left out had a name of its own, as live sources have.
const silent = ({ question, asked }: Answer, source: Source): Answer => ({
  id: evidenceId(question, source), source, question, asked, kind: "unanswered", because: "unreachable", detail: "left out by a control",
}); // prettier-ignore

const noGraph: Pick<Snapshot, "entities" | "edges" | "aliases"> = { entities: [], edges: [], aliases: [] };

/** The case as it would be told while one source cannot be reached: its answers are failures, never silence. */
export function withoutSource(one: RcaCase, source: Source): RcaCase {
  const answers = one.snapshot.answers.map((answer) => (sourceOf(one, answer) === source ? silent(answer, source) : answer));
  const graph = source === "topology" ? noGraph : {};
  return { ...one, snapshot: { ...one.snapshot, ...graph, answers } };
}

type Cells = readonly (number | null)[];

function thinned(data: EvidenceData, lose: () => boolean): EvidenceData {
  const cells = (values: Cells) => values.map((value) => (lose() ? null : value));
  if (data.about === "series") return { ...data, rows: data.rows.map((row) => ({ ...row, values: cells(row.values) })) };
  if (data.about === "rule") return { ...data, rows: data.rows.map((row) => ({ ...row, values: cells(row.values) })) };
  if (data.about !== "calls") return data;
  const rows = data.rows.map((row) => ({ ...row, p50_seconds: cells(row.p50_seconds), p90_seconds: cells(row.p90_seconds) }));
  return { ...data, rows };
}

function loses(random: Random, share: number): () => boolean {
  return () => random() < share;
}

/** The case with a share of all samples lost, anywhere and independently; which ones the seed decides. */
export function withoutSamples(one: RcaCase, share: number, seed: number): RcaCase {
  const lose = loses(randomOf(seed), share);
  const answers = one.snapshot.answers.map((answer): Answer => {
    if (answer.kind === "unanswered") return answer;
    const data = thinned(answer.data, lose);
    if (data === answer.data) return answer;
    const missing = Math.min(1, answer.coverage.missing_share + share);
    return { ...answer, data, coverage: { ...answer.coverage, missing_share: missing } };
  });
  return { ...one, snapshot: { ...one.snapshot, answers } };
}
