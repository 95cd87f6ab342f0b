import { healthOperations } from "../shared/health.ts";
import type { Operations } from "../shared/operation.ts";
import { diagnosticOperations } from "./diagnostics.ts";
import { toolOperations } from "./tools.ts";

export * from "../shared/door.ts";
export * from "./diagnostics.ts";
export * from "./tools.ts";

/** Every operation of the assistant. A3 (`/capacity/analyze`) and A4 (`/execute`) are owed: `docs/api-rows.md` lists them. */
export const assistantOperations = { ...diagnosticOperations, ...toolOperations, ...healthOperations } as const satisfies Operations;
