import { parseArgs } from "node:util";

const runUsage =
  "npm run bench:rca -- --data DIR [--data DIR …] [--system NAME] [--out FILE] [--cases N] [--without-not-live] [--permute-topology SEED] [--controls] [--leave-kinds-out SEED] [--no-baselines] [--no-api] [--api-sample N] [--seed N]";

export interface Settings {
  readonly data: readonly string[];
  readonly system: string | null;
  readonly out: string;
  /** So many cases of each system, drawn at random; null for all. */
  readonly cases: number | null;
  readonly liveOnly: boolean;
  readonly permutation: number | null;
  readonly controls: boolean;
  readonly leaveOut: number | null;
  readonly baselines: boolean;
  readonly apiSample: number;
  readonly seed: number;
}

function wholeNumber(text: string, name: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} must be a whole number. ${runUsage}`);
  return Number(text);
}

const optional = (text: string | undefined, name: string) => (text === undefined ? null : wholeNumber(text, name));

/** The settings of a run from its command line. Throws an error that tells the usage. */
export function settingsOf(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string", multiple: true },
      system: { type: "string" },
      out: { type: "string", default: "reports/rca-predictions.ndjson" },
      cases: { type: "string" },
      "without-not-live": { type: "boolean", default: false },
      "permute-topology": { type: "string" },
      controls: { type: "boolean", default: false },
      "leave-kinds-out": { type: "string" },
      "no-baselines": { type: "boolean", default: false },
      "no-api": { type: "boolean", default: false },
      "api-sample": { type: "string", default: "2" },
      seed: { type: "string", default: "1" },
    },
  });
  if (values.data === undefined) throw new Error(runUsage);
  return {
    data: values.data,
    system: values.system ?? null,
    out: values.out,
    cases: optional(values.cases, "cases"),
    liveOnly: values["without-not-live"],
    permutation: optional(values["permute-topology"], "permute-topology"),
    controls: values.controls,
    leaveOut: optional(values["leave-kinds-out"], "leave-kinds-out"),
    baselines: !values["no-baselines"],
    apiSample: values["no-api"] ? 0 : wholeNumber(values["api-sample"], "api-sample"),
    seed: wholeNumber(values.seed, "seed"),
  };
}
