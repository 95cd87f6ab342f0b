import { writeFileSync } from "node:fs";

const rule = `groups:
- name: demo
  interval: 1s
  rules:
  - alert: HighErrorRate
    expr: 'sum by (service, namespace, cluster) (rate(http_server_request_duration_seconds_count{namespace=~"@NAMESPACES@",http_response_status_code=~"5.."}[15s])) / sum by (service, namespace, cluster) (rate(http_server_request_duration_seconds_count{namespace=~"@NAMESPACES@"}[15s])) > 0.05'
    for: 2s
    labels: {severity: critical, environment: prod}
    annotations: {summary: "{{ $labels.service }} answers more than 5 % of requests with an error"}
`;

async function reload(url: string): Promise<void> {
  const answer = await fetch(`${url}/-/reload`, { method: "POST" });
  if (!answer.ok) throw new Error(`reload of ${url}: ${answer.status} ${await answer.text()}`);
}

/** Lets Prometheus scrape the demo systems each second, evaluate one alert rule, and send to Alertmanager. */
export async function observe(input: {
  prometheusUrl: string;
  configFile: string;
  alertmanagerUrl: string;
  namespaces: readonly string[];
  scrapeConfigs: readonly string[];
  /** What else Prometheus takes for an Alertmanager. */
  platform?: { readonly url: string; readonly token: string };
}): Promise<void> {
  const rules = `${input.configFile}.rules.yml`;
  writeFileSync(rules, rule.replaceAll("@NAMESPACES@", input.namespaces.join("|")));
  const targets = [input.alertmanagerUrl, ...(input.platform ? [input.platform.url] : [])].map((url) => {
    const authorization = url === input.platform?.url ? `authorization: {credentials: "${input.platform.token}"}, ` : "";
    return `{${authorization}static_configs: [{targets: ["${new URL(url).host}"]}]}`;
  });
  const config = [
    "global: {scrape_interval: 1s, evaluation_interval: 1s}",
    `rule_files: ["${rules}"]`,
    `alerting: {alertmanagers: [${targets.join(", ")}]}`,
    `scrape_configs:\n${input.scrapeConfigs.join("\n")}`,
  ];
  writeFileSync(input.configFile, `${config.join("\n")}\n`);
  await reload(input.prometheusUrl);
}

/** Lets Alertmanager's own webhook reach the platform. */
export async function route(input: { alertmanagerUrl: string; configFile: string; webhookUrl: string; token: string }): Promise<void> {
  const webhook = `{url: "${input.webhookUrl}", http_config: {authorization: {credentials: "${input.token}"}}}`;
  const config = `route: {receiver: platform, group_by: [cluster, namespace], group_wait: 3s, group_interval: 5s, repeat_interval: 1h}\nreceivers: [{name: platform, webhook_configs: [${webhook}]}]\n`;
  writeFileSync(input.configFile, config);
  await reload(input.alertmanagerUrl);
}
