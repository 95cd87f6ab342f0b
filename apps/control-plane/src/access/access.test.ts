import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controlPlaneOperations, machineRoles, type Operation } from "@sre/contracts/control-plane";
import { newUuid, type CallContext } from "@sre/service-kit";
import {
  accessMismatches, anonymousMismatch, disagreements, principalNames, readPermissionsCsv, survivingMutants, testContext, testDatabases, type AccessWorld, type PrincipalName,
} from "@sre/testkit"; // prettier-ignore
import { controlPlaneRoutes } from "../http/routes.ts";
import type { People } from "../people/people.ts";
import { contractCases, type World } from "../testing/contract-cases.ts";
import { ingestToken, openHarness, otherTeamId } from "../testing/harness.ts";
import { openKnown } from "../testing/operation-cases.ts";

type Name = keyof typeof controlPlaneOperations;
type AnyHandler = (ctx: CallContext, request: unknown) => Promise<unknown>;

const reviewed = readPermissionsCsv(readFileSync(join(import.meta.dirname, "permissions.csv"), "utf8"));
const guarded = reviewed.filter(({ credential }) => credential !== "none");
const isMachine = (name: PrincipalName): boolean => machineRoles.some((role) => role === name);

/** Parameters of paths that name no object of a team. */
const kinds = ["integration", "sender"];
const absent = {
  incident_id: newUuid(), alert_id: newUuid(), diagnosis_id: newUuid(), execution_id: newUuid(), quarantined_alert_id: newUuid(),
  notification_id: newUuid(), maintenance_window_id: newUuid(), silence_id: newUuid(), evidence_id: "ev_00000000000000000000",
}; // prettier-ignore

function namesObject({ path }: Operation): boolean {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  return parameters.some((parameter) => !kinds.includes(parameter));
}

test("the guards and the reviewed permissions agree on every operation and principal", async () => {
  expect(await disagreements(controlPlaneOperations, reviewed)).toEqual([]);
});

test("no change of one cell or row of the table would go unnoticed", async () => {
  const { survivors, mutants } = await survivingMutants(controlPlaneOperations, reviewed);
  expect(survivors).toEqual([]);
  expect(mutants).toBeGreaterThan(1_000);
});

/** A call that can be made again and again, where success would use up what it is about: whoever may call gets further than 404. */
const repeatable = { replayQuarantinedAlert: contractCases.replayQuarantinedAlert.own?.[422] } as const satisfies Partial<
  Record<Name, unknown>
>;

function callOf(name: Name) {
  return (Object.hasOwn(repeatable, name) ? repeatable[name as keyof typeof repeatable] : undefined) ?? contractCases[name].success[1];
}

describe.each(testDatabases)("permissions over HTTP on $name", (database) => {
  let world: World;
  let access: AccessWorld;

  async function tokens(): Promise<Map<string, string>> {
    const minted = principalNames.flatMap((name) =>
      (["own", "other"] as const).map(async (team) => {
        const teamId = team === "own" ? {} : { teamId: otherTeamId };
        const who = isMachine(name) ? { client: name, roles: ["super-admin"] } : { roles: [name] };
        return [`${name} ${team}`, name === "ingest-key" ? ingestToken : await world.harness.token({ ...who, ...teamId })] as const;
      }),
    );
    return new Map(await Promise.all(minted));
  }

  beforeAll(async () => {
    const harness = await openHarness(database);
    const known = await openKnown(harness, await harness.as());
    world = {
      harness,
      known,
      right: { authorization: `Bearer ${await harness.token()}` },
      sender: { authorization: `Bearer ${ingestToken}` },
    };
    const held = await tokens();
    access = {
      inject: harness.controlPlane.server.inject,
      credentials: (name, team) => ({ authorization: `Bearer ${held.get(`${name} ${team}`)}` }),
      absent,
      secrets: Object.values(known),
    };
  });
  afterAll(() => world.harness[Symbol.asyncDispose]());

  test.each(guarded.map(({ operation }) => operation as Name))("the verb behind %s refuses by itself who lacks its scope", async (name) => {
    const { app } = world.harness.controlPlane;
    const handlers: Readonly<Record<string, AnyHandler>> = controlPlaneRoutes(app, { app } as People) as never;
    const call = await callOf(name)(world);
    const request = { params: { ...world.known, sender: "sample" }, query: {}, headers: {}, body: call.body ?? {} };
    await expect(handlers[name]!(testContext({ scopes: [] }), request)).rejects.toMatchObject({ code: "forbidden" });
  });

  describe.each(guarded)("$operation", (row) => {
    const name = row.operation as Name;
    const operation: Operation = controlPlaneOperations[name];
    test("by nobody", async () => {
      expect(await anonymousMismatch(access, { operation, row, call: async () => callOf(name)(world) })).toBeNull();
    });
    test.each(principalNames)("by %s", async (principal) => {
      const call = async () => callOf(name)(world);
      expect(await accessMismatches(access, { operation, row, call, namesObject: namesObject(operation) }, principal)).toEqual([]);
    });
  });
});
