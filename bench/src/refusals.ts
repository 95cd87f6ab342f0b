import { startControlPlane } from "../../e2e/intake/control-plane.ts";
import { quantile, report } from "./figures.ts";

const requestsEach = 500;
const warmUpRequests = 50;
const atOnce = 4;
const wantedMsMax = 20;

interface Attempt {
  readonly path: string;
  readonly status: number;
  readonly init?: RequestInit;
}

const manyKeys = `{${Array.from({ length: 40_000 }, (_, index) => `"k${index}":1`).join(",")}}`;

function attempts(ingestToken: string): Readonly<Record<string, Attempt>> {
  const webhook = (status: number, body: string, more: Record<string, string> = {}): Attempt => ({
    path: "/api/v1/webhooks/alertmanager",
    status,
    init: { method: "POST", body, headers: { authorization: `Bearer ${ingestToken}`, "content-type": "application/json", ...more } },
  });
  const withToken = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });
  return {
    "no credentials (401)": { path: "/api/v1/incidents", status: 401 },
    "a token that is none (401)": { path: "/api/v1/incidents", status: 401, init: withToken("a.b.c") },
    "another sender's token (401)": webhook(401, "{}", { authorization: "Bearer another-token-than-ours" }),
    "no such address (404)": { path: "/api/v1/nothing", status: 404 },
    "another method (405)": { path: "/api/v1/incidents", status: 405, init: { method: "DELETE" } },
    "no JSON (400)": webhook(400, "{"),
    "JSON nested 100,000 deep (400)": webhook(400, "[".repeat(100_000)),
    "an object of 40,000 keys of which one stands twice (400)": webhook(400, `${manyKeys.slice(0, -1)},"k0":1}`),
    "a type that is no JSON (415)": webhook(415, "{}", { "content-type": "application/json\t;a" }),
  };
}

/** How long each of the requests took, in milliseconds. Throws when one is answered otherwise than it should be. */
async function timesOf(url: string, { path, status, init }: Attempt): Promise<number[]> {
  const times: number[] = [];
  const sendSome = async (count: number) => {
    for (let number = 0; number < count; number++) {
      const begun = performance.now();
      const answer = await fetch(`${url}${path}`, init);
      await answer.arrayBuffer();
      times.push(performance.now() - begun);
      if (answer.status !== status) throw new Error(`${path} answered ${answer.status} instead of ${status}.`);
    }
  };
  await sendSome(warmUpRequests);
  times.length = 0;
  await Promise.all(Array.from({ length: atOnce }, () => sendSome(requestsEach / atOnce)));
  return times;
}

/** How long refusals take as their callers see it, and whether the process that gave them lives on. */
async function main(): Promise<void> {
  const controlPlane = await startControlPlane(null);
  try {
    for (const [name, attempt] of Object.entries(attempts(controlPlane.ingestToken))) {
      const times = await timesOf(controlPlane.url, attempt);
      report(`p99 of ${requestsEach} refusals, ${atOnce} at once: ${name}`, quantile(times, 0.99), { max: wantedMsMax, unit: "ms" });
    }
    const { exitCode, signalCode } = controlPlane.running.process;
    report("processes that ended", exitCode === null && signalCode === null ? 0 : 1, { max: 0, unit: "" });
  } finally {
    await controlPlane.close();
  }
}

if (import.meta.main) await main();
