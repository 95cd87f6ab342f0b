import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { freePort } from "../flow/platform.ts";

const readyWithinMs = 30_000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A program of others as a process of its own, which may be killed and started again on its port and data. */
export interface SenderProcess extends AsyncDisposable {
  readonly url: string;
  start(): Promise<void>;
  /** Ends it without warning. */
  kill(): Promise<void>;
}

function senderProcess(program: string, { url, args }: { url: string; args: readonly string[] }): SenderProcess {
  let running: { readonly child: ChildProcess; readonly ended: Promise<unknown> } | null = null;
  const kill = async (): Promise<void> => {
    running?.child.kill("SIGKILL");
    await running?.ended;
    running = null;
  };
  return {
    url,
    kill,
    start: async () => {
      const child = spawn(program, args, { stdio: "ignore" });
      running = { child, ended: new Promise((resolve) => child.once("exit", resolve).once("error", resolve)) };
      const end = performance.now() + readyWithinMs;
      while (!(await fetch(`${url}/-/ready`).catch(() => null))?.ok) {
        if (performance.now() > end) throw new Error(`${program} was not ready within ${readyWithinMs / 1_000} s`);
        await sleep(100);
      }
    },
    [Symbol.asyncDispose]: kill,
  };
}

/** Alertmanager, which groups nothing and tells the webhook of every change within two seconds. */
export async function alertmanager(directory: string, webhook: { url: string; token: string }): Promise<SenderProcess> {
  mkdirSync(join(directory, "alertmanager"), { recursive: true });
  const config = join(directory, "alertmanager.yml");
  writeFileSync(
    config,
    `route: {receiver: platform, group_by: ["..."], group_wait: 1s, group_interval: 2s, repeat_interval: 1h}
receivers:
  - name: platform
    webhook_configs: [{url: "${webhook.url}", send_resolved: true, http_config: {authorization: {credentials: "${webhook.token}"}}}]
`,
  );
  const address = `127.0.0.1:${await freePort()}`;
  const args = [
    `--config.file=${config}`,
    `--storage.path=${join(directory, "alertmanager")}`,
    `--web.listen-address=${address}`,
    "--cluster.listen-address=",
  ];
  return senderProcess("prometheus-alertmanager", { url: `http://${address}`, args });
}

/** Prometheus, which scrapes the faults each second and fires an alert for each that is on. */
export async function prometheus(directory: string, input: { faultsUrl: string; alertmanagerUrl: string }): Promise<SenderProcess> {
  const [config, rules] = [join(directory, "prometheus.yml"), join(directory, "rules.yml")];
  writeFileSync(
    rules,
    `groups:
  - name: faults
    interval: 1s
    rules: [{alert: Faulty, expr: fault == 1, labels: {severity: critical, cluster: demo}}]
`,
  );
  writeFileSync(
    config,
    `global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: ["${rules}"]
alerting: {alertmanagers: [{static_configs: [{targets: ["${new URL(input.alertmanagerUrl).host}"]}]}]}
scrape_configs: [{job_name: faults, static_configs: [{targets: ["${new URL(input.faultsUrl).host}"]}]}]
`,
  );
  const address = `127.0.0.1:${await freePort()}`;
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, "prometheus")}`,
    `--web.listen-address=${address}`,
    "--rules.alert.resend-delay=5s",
  ];
  return senderProcess("prometheus", { url: `http://${address}`, args });
}

/** What Prometheus scrapes: services that are broken or not. */
export async function faults(): Promise<{ readonly url: string; set(service: string, on: boolean): void } & Disposable> {
  const states = new Map<string, number>();
  const server = createServer((_, response) =>
    response
      .writeHead(200, { "content-type": "text/plain; version=0.0.4" })
      .end([...states].map(([service, on]) => `fault{service="${service}"} ${on}\n`).join("")),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set: (service, on) => void states.set(service, on ? 1 : 0),
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
