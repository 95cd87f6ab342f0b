import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "@sre/contracts/canonical";
import { entityId, subjectsOf, type Diagnosis } from "@sre/contracts/evidence";
import { ago, alert, app, asOf, calls, event, node } from "./testing/builders.ts";
import { object } from "./testing/detected.ts";
import { renamed } from "./testing/renamed.ts";
import { falseAlarm, nodeOutOfDisk, outOfMemory, poolExhausted } from "./testing/scenarios.ts";
import { emptyWorld, id, run, type World } from "./testing/world.ts";

const callees = Array.from({ length: 20 }, (_, i) => `callee-${i + 10}`);

/** A front with twenty callees that look alike but for their age; only the log of the youngest tells what is wrong. */
function crowded(): World {
  const apps = ["front", ...callees].map((name) => app(name, { pod: { created_at: ago(60 * (name === "callee-29" ? 1 : 50)) } }));
  return {
    ...emptyWorld(asOf),
    alerts: [alert("A", id("service", "front"), 10)],
    objects: [...apps.flatMap(({ objects }) => objects), node("worker-1")],
    edges: [...apps.flatMap(({ edges }) => edges), ...callees.map((name) => calls(id("service", "front"), id("service", name)))],
    patterns: [
      {
        of: id("service", "callee-29"),
        template: "no space left on device",
        level: "error",
        lines: (at) => (at > Date.parse(ago(12)) ? 5 : 0),
      },
    ],
  };
}

/** Pods of three apps that something in their namespace refuses, and a claim that is not there: nothing tells what it is by name. */
function refused(): World {
  const names = ["cart", "pay", "stock"];
  const apps = names.map((name) => app(name, { available: 0 }));
  const made = names.map((name) =>
    object(id("replicaset", `${name}-5d4f8b9c7`), { owner: id("deployment", name), spec: { replicas: 1 }, status: { replicas: 0 } }),
  );
  const message = (name: string) => `Error creating: pods "${name}-5d4f8b9c7-zz9zz" was denied the request by team-policy`;
  return {
    ...emptyWorld(asOf),
    alerts: names.map((name) => alert("Unavailable", id("service", name), 8)),
    objects: [...apps.flatMap(({ objects }) => objects), ...made, object(id("policy", "team-policy")), node("worker-1")],
    edges: [...apps.flatMap(({ edges }) => edges), calls(id("service", "cart"), id("service", "pay"))],
    events: made.map(({ entity }, i) => event(entity, "FailedCreate", { message: message(names[i] ?? ""), first: 9, last: 1, count: 5 })),
  };
}

const worlds = { outOfMemory, poolExhausted, nodeOutOfDisk, falseAlarm, crowded, refused };

/** A ranking without its order among exact ties. */
const ranking = ({ verdict, causes }: Diagnosis, text: (given: string) => string) =>
  canonicalJson([
    verdict,
    causes.map(({ rank, entity, fault, confidence }) => canonicalJson([rank, text(entity), fault, confidence])).sort(),
  ]);

describe.each(Object.entries(worlds))("%s", (_, scenario) => {
  it("ranks the same whatever services, pods and nodes are called", () => {
    const { diagnosis } = run(scenario());
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const other = renamed(scenario(), seed);
        return ranking(run(other.world).diagnosis, (given) => given) === ranking(diagnosis, other.text);
      }),
      { numRuns: 6 },
    );
  });

  it("asks about the same things whatever they are called", () => {
    const { rounds } = run(scenario());
    const asked = (text: (given: string) => string, all: typeof rounds) =>
      all.map((questions) => questions.map((question) => canonicalJson([question.about, subjectsOf(question).map(text).sort()])).sort());
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const other = renamed(scenario(), seed);
        return canonicalJson(asked((given) => given, run(other.world).rounds)) === canonicalJson(asked(other.text, rounds));
      }),
      { numRuns: 4 },
    );
  });
});

it("what many are kept from by one thing is laid at the place of that thing", () => {
  const { diagnosis } = run(refused());
  expect(diagnosis.causes[0]).toMatchObject({
    entity: entityId({ cluster: "eu-1", namespace: "", kind: "namespace", name: "shop" }),
    fault: "unknown",
  });
  expect(diagnosis.causes[0]?.explains).toEqual(["cart", "pay", "stock"].map((name) => id("service", name)));
});

describe("logs to read", () => {
  const logsRead = (world: World) =>
    run(world).rounds.map((questions) => questions.filter(({ about }) => about === "logs").flatMap(subjectsOf));

  it("begin with the youngest of those that stand alike, so that it is found among many", () => {
    expect(logsRead(crowded()).flat()).toContain(id("service", "callee-29"));
    expect(run(crowded()).diagnosis.causes[0]).toMatchObject({ entity: id("deployment", "callee-29"), fault: "disk_full" });
  });

  it("are read of all that stand alike at the limit, or of none", () => {
    const world = crowded();
    const alike = { ...world, objects: world.objects.map((object) => ({ ...object, created_at: ago(600) })) };
    const read = logsRead(alike).flat().filter((subject) => callees.some((name) => subject === id("service", name))); // prettier-ignore
    expect([0, callees.length]).toContain(read.length);
  });
});
