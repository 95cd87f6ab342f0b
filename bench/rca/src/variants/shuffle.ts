import type { Answer, EvidenceData, Snapshot } from "@sre/contracts/evidence";
import type { RcaCase } from "../case.ts";
import { randomOf, type Random } from "../generated/random.ts";

/** The items in an order that the sequence decides (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [order[last], order[other]];
    if (a !== undefined && b !== undefined) [order[last], order[other]] = [b, a];
  }
  return order;
}

function shuffledData(data: EvidenceData, random: Random): EvidenceData {
  switch (data.about) {
    case "series":
      return { ...data, rows: shuffled(data.rows, random) };
    case "rule":
      return { ...data, rows: shuffled(data.rows, random) };
    case "calls":
      return { ...data, rows: shuffled(data.rows, random) };
    case "alerts":
      return { ...data, alerts: shuffled(data.alerts, random) };
    case "objects":
      return { ...data, objects: shuffled(data.objects, random) };
    case "events":
      return { ...data, events: shuffled(data.events, random) };
    case "logs":
      return {
        ...data,
        patterns: shuffled(data.patterns, random),
        ...(data.handovers ? { handovers: shuffled(data.handovers, random) } : {}),
      };
    case "changes":
      return { ...data, changes: shuffled(data.changes, random) };
    case "checks":
      return { ...data, checks: shuffled(data.checks, random) };
    case "topology":
      return {
        ...data,
        entities: shuffled(data.entities, random),
        edges: shuffled(data.edges, random),
        aliases: shuffled(data.aliases, random),
      };
  }
}

function shuffledSnapshot(snapshot: Snapshot, random: Random): Snapshot {
  const answers = snapshot.answers.map((answer): Answer =>
    answer.kind === "answered" ? { ...answer, data: shuffledData(answer.data, random) } : answer,
  );
  return {
    header: snapshot.header,
    entities: shuffled(snapshot.entities, random),
    edges: shuffled(snapshot.edges, random),
    aliases: shuffled(snapshot.aliases, random),
    answers: shuffled(answers, random),
  };
}

/** The same evidence in another order: answers, their rows, entities and edges. The diagnosis must be the same to the byte. */
export function shuffledCase(one: RcaCase, seed: number): RcaCase {
  return { ...one, snapshot: shuffledSnapshot(one.snapshot, randomOf(seed)) };
}
