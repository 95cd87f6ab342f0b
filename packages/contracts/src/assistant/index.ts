import { healthOperations } from "../shared/health.ts";
import { withPermissions } from "../shared/permissions.ts";
import { diagnosticOperations } from "./diagnostics.ts";
import { assistantPermissions } from "./permissions.ts";
import { toolOperations } from "./tools.ts";

export * from "../shared/door.ts";
export * from "./diagnostics.ts";
export * from "./tools.ts";

const operations = { ...diagnosticOperations, ...toolOperations, ...healthOperations } as const;

/** Every operation of the assistant, each with who may call it. A3 (`/capacity/analyze`) and A4 (`/execute`) are owed: `docs/api-rows.md` lists them. */
export const assistantOperations = withPermissions(operations, assistantPermissions);
