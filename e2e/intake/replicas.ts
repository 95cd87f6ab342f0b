import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { newEstate, startControlPlane, type ControlPlane } from "./control-plane.ts";
import { openSender, readStored, soakAlert } from "./sender.ts";
import type { Outcome } from "./whole.ts";

const senders = 6;
const alertsPerDelivery = 2;
const pauseBetweenMs = 20;
const everyMs = 10_000;
const answerMsMax = 5_000;

interface Balancer {
  readonly url: string;
  /** Answers that replicas gave, by their place. */
  readonly answered: readonly number[];
  close(): Promise<void>;
}

/** A proxy that gives each request to the next replica; what a replica does not answer is answered 502. */
async function startBalancer(replicas: readonly ControlPlane[]): Promise<Balancer> {
  const answered = replicas.map(() => 0);
  let turn = 0;
  const pass = (inbound: IncomingMessage, outbound: ServerResponse) => {
    const place = turn++ % replicas.length;
    const { method, headers, url } = inbound;
    const target = new URL(url ?? "/", replicas[place]?.url);
    const fail = () => (outbound.headersSent ? outbound.destroy() : outbound.writeHead(502).end());
    const passed = request(target, { method, headers, timeout: answerMsMax }, (answer) => {
      answered[place] = (answered[place] ?? 0) + 1;
      outbound.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on("error", fail).pipe(outbound);
    });
    passed.on("error", fail).on("timeout", () => passed.destroy());
    inbound.pipe(passed);
  };
  const server = createServer(pass).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, answered, close };
}

export interface Replicas {
  readonly all: readonly ControlPlane[];
  readonly balancer: Balancer;
  close(): Promise<void>;
}

/** Two replicas of one control plane on the PostgreSQL at `databaseUrl`, behind a round-robin proxy. */
export async function startReplicas(databaseUrl: string): Promise<Replicas> {
  const estate = newEstate();
  const first = await startControlPlane(databaseUrl, {}, estate);
  const all = [first, await startControlPlane(databaseUrl, {}, estate)];
  const balancer = await startBalancer(all);
  const close = async () => {
    await balancer.close();
    await Promise.all(all.map((replica) => replica.close()));
  };
  return { all, balancer, close };
}

export interface Survived extends Outcome {
  readonly kills: number;
}

/** Kills one replica after the other, one each ten seconds, and starts it again. */
async function killByTurns(replicas: readonly ControlPlane[], times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    const replica = replicas[time % replicas.length];
    const nextMs = performance.now() + everyMs;
    replica?.running.process.kill("SIGKILL");
    await replica?.running.ended;
    await replica?.start();
    await pause(Math.max(0, nextMs - performance.now()));
  }
}

/** Delivers through the proxy while replicas are killed `times` times; each delivery is sent until it is acknowledged. */
export async function deliverThroughKills({ all, balancer }: Replicas, times: number): Promise<Survived> {
  const [first] = all as [ControlPlane];
  const sender = openSender({ webhook: first.webhook.replace(first.url, balancer.url), ingestToken: first.ingestToken });
  let [acked, resolvedAcked, next, over] = [0, 0, 0, false];
  const send = async () => {
    while (!over) {
      const start = (next += alertsPerDelivery);
      await sender.deliver(Array.from({ length: alertsPerDelivery }, (_, offset) => soakAlert(start + offset)));
      acked += alertsPerDelivery;
      await sender.deliver([soakAlert(start, "resolved")]);
      resolvedAcked += 1;
      await pause(pauseBetweenMs);
    }
  };
  const sending = Promise.all(Array.from({ length: senders }, send));
  await killByTurns(all, times);
  over = true;
  await sending;
  return { kills: times, acked, resolvedAcked, lost: sender.lost, stored: await readStored(first) };
}
