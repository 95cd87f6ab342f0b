import { describe, expect, it } from "vitest";
import { createGate } from "./gate.ts";

const patientMs = 60_000;

describe("the gate before the connections", () => {
  it("lets the next one in, in order of arrival, when one leaves", async () => {
    const gate = createGate(1);
    const leave = await gate.enter(patientMs);
    const order: string[] = [];
    const enter = async (name: string) => {
      const leaveAgain = await gate.enter(patientMs);
      order.push(name);
      leaveAgain();
    };
    const both = Promise.all([enter("first"), enter("second")]);
    expect(order).toEqual([]);
    leave();
    await both;
    expect(order).toEqual(["first", "second"]);
  });

  it("turns away who waited too long, and keeps that place for nobody", async () => {
    const gate = createGate(1);
    const leave = await gate.enter(patientMs);
    await expect(gate.enter(1)).rejects.toMatchObject({ code: "ETIMEDOUT" });
    leave();
    (await gate.enter(1))();
  });

  it("frees one place however often its holder leaves", async () => {
    const gate = createGate(1);
    const leave = await gate.enter(patientMs);
    leave();
    leave();
    await gate.enter(patientMs);
    await expect(gate.enter(1)).rejects.toMatchObject({ code: "ETIMEDOUT" });
  });
});
