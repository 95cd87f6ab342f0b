/**
 * Who may import whom: each folder lists the packages of ours that its code may import.
 * `oxlint.config.ts` turns the table into lint rules, so a new arrow is a reviewed change here.
 */
export const arrows = {
  "packages/contracts": [],
  "packages/timeseries": [],
  "packages/correlation": ["contracts"],
  "packages/diagnosis": ["contracts", "timeseries"],
  "packages/service-kit": ["contracts"],
  "packages/storage": ["service-kit"],
  "packages/evidence": ["contracts", "service-kit"],
  "packages/testkit": ["contracts", "service-kit", "storage"],
  "apps/control-plane": ["contracts", "correlation", "service-kit", "storage"],
  "apps/assistant": ["contracts", "diagnosis", "timeseries", "evidence", "service-kit", "storage"],
  "apps/console": ["contracts"],
  bench: ["contracts", "correlation", "diagnosis", "evidence", "timeseries"],
  "bench/correlation": ["contracts", "correlation"],
  "bench/rca": ["contracts", "correlation", "diagnosis", "evidence", "timeseries"],
} as const satisfies Record<string, readonly string[]>;

/** Packages whose tests must not import `testkit`, because testkit is built from them. */
export const belowTestkit = ["contracts", "service-kit", "storage"] as const;

/** Budgets that the linter holds for every file that ships. */
export const budgets = { functionLinesMax: 70, componentLinesMax: 120, fileLinesMax: 400, parametersMax: 3 } as const;
