import type { EvidenceId, Snapshot } from "@sre/contracts/evidence";

/** One run of one recorded fault, as the product would meet it: no label is in it. */
export interface RcaCase {
  /** The system whose scores this run counts for: "petshop", "cloud-opsbench/boutique". */
  readonly system: string;
  /** The case's name in the labels of its data set. */
  readonly id: string;
  /** Which of several runs of the case ("+60s", "normal"); empty where there is one. */
  readonly run: string;
  readonly snapshot: Snapshot;
  /** Answers that no live source of ours could have given: scores are told with and without them. */
  readonly notLive: ReadonlySet<EvidenceId>;
  /** True where only the names that metrics carry tell which services there are: whoever loses the metrics loses the topology. */
  readonly namesFromMetrics?: boolean;
}

/** A case on disk that is read when its turn comes. */
export interface CaseOnDisk {
  readonly system: string;
  readonly id: string;
  load(): Promise<readonly RcaCase[]>;
}

/** Reads one data set's format. */
export interface Adapter {
  readonly name: string;
  /** Every case of this format below a directory, by id; none where the directory holds another format. */
  find(directory: string): Promise<readonly CaseOnDisk[]>;
}
