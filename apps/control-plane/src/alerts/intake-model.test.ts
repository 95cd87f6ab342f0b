import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultTeamId } from "@sre/service-kit";
import { testContext, testDatabases } from "@sre/testkit";
import { openHarness, type Harness } from "../testing/harness.ts";
import { formats } from "./formats/index.ts";
import { openIntake, type ReceiveAlerts } from "./receive-alerts.ts";

/** One thing that a delivery says: alert `alert` of its sequence fires with the words `words`, or ended at minute `end`. */
type Said =
  | { readonly alert: number; readonly fires: true; readonly words: number }
  | { readonly alert: number; readonly fires: false; readonly end: number };
type Sequence = readonly (readonly Said[])[];

interface State {
  readonly status: "firing" | "resolved";
  readonly end: string | null;
  readonly words: string;
  readonly fired: boolean;
}

// `npm run soak` asks for more.
const sequencesMin = Number(process.env["SOAK_SEQUENCES"] ?? 500);
const startsAt = "2026-11-24T10:00:00.000Z";
const endOf = (minute: number) => new Date(Date.UTC(2026, 10, 24, 10, minute)).toISOString();
const wordsOf = (said: Said) => (said.fires ? `words ${said.words}` : "over");

function stateAfter(before: State | undefined, said: Said): State {
  if (said.fires) return { status: "firing", end: null, words: wordsOf(said), fired: true };
  const end = endOf(said.end);
  if (before?.status === "resolved" && before.end !== null && end <= before.end) return before;
  return { status: "resolved", end, words: wordsOf(said), fired: before?.fired ?? false };
}

// Of two messages in one delivery nobody knows the order: firing wins, otherwise the last.
function deliveryInOrder(delivery: readonly Said[]): Said[] {
  const kept = new Map<number, Said>();
  for (const said of delivery) if (said.fires || !kept.get(said.alert)?.fires) kept.set(said.alert, said);
  return [...kept.values()];
}

/** What the intake must hold after a sequence: nothing of databases, batches or incidents. */
function model(sequence: Sequence): Map<number, State> {
  const states = new Map<number, State>();
  for (const delivery of sequence)
    for (const said of deliveryInOrder(delivery)) states.set(said.alert, stateAfter(states.get(said.alert), said));
  return states;
}

const said: fc.Arbitrary<Said> = fc.oneof(
  fc.record({ alert: fc.nat(2), fires: fc.constant(true as const), words: fc.nat(1) }),
  fc.record({ alert: fc.nat(2), fires: fc.constant(false as const), end: fc.nat(2) }),
);
const sequences = fc.array(fc.array(said, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 });

describe.each(testDatabases)("deliveries in any sequence on $name", (database) => {
  let harness: Harness;
  let receive: ReceiveAlerts;
  let cluster = 0;
  beforeAll(async () => {
    harness = await openHarness(database, { env: { DIAGNOSIS_RECHECK_SECONDS: "0", AUTO_RESOLVE_SECONDS: "0" } });
    receive = openIntake(harness.controlPlane.app);
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  const context = () => testContext({ teamId: defaultTeamId, scopes: ["alerts:ingest"], at: new Date("2026-11-24T12:00:00.000Z") });
  const itemOf = (of: string, one: Said) => ({
    status: one.fires ? "firing" : "resolved",
    labels: { alertname: "Model", severity: "error", cluster: of, environment: "production", namespace: "shop", service: "model" },
    annotations: { summary: wordsOf(one) },
    startsAt,
    endsAt: one.fires ? "0001-01-01T00:00:00Z" : endOf(one.end),
    generatorURL: "",
    fingerprint: Buffer.from(`${of} ${one.alert}`).toString("hex").slice(0, 32),
  });
  const deliver = (of: string, delivery: readonly Said[]) =>
    receive(context(), {
      integration: "alertmanager",
      read: formats.alertmanager.read,
      receiver: "r",
      truncated: 0,
      items: delivery.map((one) => itemOf(of, one)),
    });

  /** Delivers a sequence in a cluster of its own and gives what is stored of it. */
  async function deliverAll(sequence: Sequence): Promise<{ of: string }> {
    const of = `c${++cluster}`;
    for (const delivery of sequence) await deliver(of, delivery);
    return { of };
  }

  async function storedOf(clusters: readonly string[]) {
    const { kysely } = harness.controlPlane.app.database;
    const alerts = await kysely
      .selectFrom("alerts")
      .selectAll()
      .where("cluster", "in", [...clusters])
      .execute();
    const incidents = await kysely
      .selectFrom("incidents")
      .selectAll()
      .where("cluster", "in", [...clusters])
      .execute();
    return (of: string) => {
      const rows = alerts.filter((row) => row.cluster === of).sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
      const states = rows.map(({ status, ends_at, annotations, incident_id }) => ({
        status,
        end: ends_at?.toISOString() ?? null,
        words: annotations["summary"],
        fired: incident_id !== null,
      }));
      const counted = incidents
        .filter((row) => row.cluster === of)
        .map(({ alerts_firing, alerts_total }) => ({ alerts_firing, alerts_total }));
      return { states, counted };
    };
  }

  function expectedOf(sequence: Sequence) {
    const states = [...model(sequence)].sort(([a], [b]) => a - b).map(([, state]) => state);
    const total = states.filter(({ fired }) => fired).length;
    const firing = states.filter(({ status }) => status === "firing").length;
    return { states, counted: total === 0 ? [] : [{ alerts_firing: firing, alerts_total: total }] };
  }

  // Those of one run share batches, each in its own order.
  test(
    "end as the model says, also when they are committed together with others",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(sequences, { minLength: 25, maxLength: 25 }), async (many) => {
          const delivered = await Promise.all(many.map(deliverAll));
          const stored = await storedOf(delivered.map(({ of }) => of));
          expect(delivered.map(({ of }) => stored(of))).toEqual(many.map(expectedOf));
        }),
        { numRuns: sequencesMin / 25, endOnFailure: true },
      );
    },
    120_000 + sequencesMin * 300,
  );

  const ends = fc.array(fc.record({ alert: fc.nat(2), fires: fc.constant(false as const), end: fc.nat(5) }), {
    minLength: 1,
    maxLength: 6,
  });
  test("whose messages carry an order end in the same state, however they are permuted and repeated", async () => {
    const shuffled = ends.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 })),
    );
    const firing = [0, 1, 2].map((alert): Said[] => [{ alert, fires: true, words: 0 }]);
    await fc.assert(
      fc.asyncProperty(fc.array(shuffled, { minLength: 25, maxLength: 25 }), async (many) => {
        const delivered = await Promise.all(many.map(([, order]) => deliverAll([...firing, ...order.map((one) => [one])])));
        const stored = await storedOf(delivered.map(({ of }) => of));
        const inOrder = many.map(([all]) => expectedOf([...firing, ...[...all].sort((a, b) => a.end - b.end).map((one) => [one])]));
        expect(delivered.map(({ of }) => stored(of))).toEqual(inOrder);
      }),
      { numRuns: 4, endOnFailure: true },
    );
  }, 120_000);

  test("reopen an alert by a firing message after its committed resolve, byte for byte the first one", async () => {
    const first: Said[] = [{ alert: 0, fires: true, words: 0 }];
    const { of } = await deliverAll([first, first, [{ alert: 0, fires: false, end: 1 }], first]);
    expect((await storedOf([of]))(of)).toEqual({
      states: [{ status: "firing", end: null, words: "words 0", fired: true }],
      counted: [{ alerts_firing: 1, alerts_total: 1 }],
    });
  });
});
