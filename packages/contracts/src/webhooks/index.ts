export * from "./alertmanager.ts";
export * from "./grafana.ts";
export * from "./pagerduty.ts";
export * from "./posted-alerts.ts";
export * from "./cloudevents.ts";
export * from "./cloudwatch.ts";
export * from "./custom-format.ts";
