export * from "./answer.ts";
export * from "./diagnosis.ts";
export * from "./entity.ts";
export * from "./question.ts";
export * from "./snapshot.ts";
export { Instant, Labels, LocalizedText, Severity, severities, severityRank, TeamId, Window, type Language } from "../shared/values.ts";
