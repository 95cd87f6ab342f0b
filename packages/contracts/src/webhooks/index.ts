export * from "./alertmanager.ts";
export * from "./grafana.ts";
export * from "./pagerduty.ts";
export * from "./posted-alerts.ts";
