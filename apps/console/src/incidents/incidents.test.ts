import type { DiagnosisSummary, Incident } from "@sre/contracts/control-plane";
import { describe, expect, test } from "vitest";
import { holdRows } from "./held-rows.ts";
import { readListSearch, type ListSearch } from "../app/search.ts";
import { parseViews, withView } from "../app/saved-views.ts";
import { chooseRun } from "./use-incident.ts";

const incident = (id: string, title = "") => ({ id, title }) as Incident;
const run = (id: string, more: Partial<DiagnosisSummary> = {}) =>
  ({ id, status: "reported", kind: "alerts", requested_at: `2026-11-03T02:0${id}:00Z`, ...more }) as DiagnosisSummary;

describe("rows on screen", () => {
  test("keep their order while their contents are renewed, and newcomers are only counted", () => {
    const held = holdRows([incident("a"), incident("b")], [incident("c"), incident("b", "renewed"), incident("a")]);
    expect(held.rows.map((row) => row.incident.id)).toEqual(["a", "b"]);
    expect(held.rows[1]?.incident.title).toBe("renewed");
    expect(held.arrived).toBe(1);
  });

  test("stay in their place, marked, when they no longer match", () => {
    expect(holdRows([incident("a"), incident("b")], [incident("b")]).rows.map((row) => row.gone)).toEqual([true, false]);
  });
});

describe("the run that is shown", () => {
  test("is the one being read, and a newer one is announced", () => {
    const choice = chooseRun([run("2"), run("1")], { fromAddress: undefined, read: "1" });
    expect([choice.shownId, choice.announced?.id]).toEqual(["1", "2"]);
  });

  test("is the newest about the alerts when nothing is being read, and nothing is announced", () => {
    const choice = chooseRun([run("1"), run("2")], { fromAddress: undefined, read: null });
    expect([choice.shownId, choice.announced]).toEqual(["2", null]);
  });

  test("is the one of the address before any other; an unknown one is ignored", () => {
    expect(chooseRun([run("1"), run("2")], { fromAddress: "1", read: "2" }).shownId).toBe("1");
    expect(chooseRun([run("1"), run("2")], { fromAddress: "9", read: null }).shownId).toBe("2");
  });

  test("stays while another is running, and a failed one is told", () => {
    const runs = [run("1"), run("2", { status: "running" }), run("3", { status: "failed" })];
    const choice = chooseRun(runs, { fromAddress: undefined, read: null });
    expect([choice.shownId, choice.running?.id, choice.broken?.id]).toEqual(["1", "2", "3"]);
  });
});

describe("saved views", () => {
  test("a stored text that is none is read as no views", () => {
    expect([
      parseViews("{", readListSearch),
      parseViews("3", readListSearch),
      parseViews('[{"x":1}]', readListSearch),
      parseViews(null, readListSearch),
    ]).toEqual([[], [], [], []]);
  });

  test("a name is kept once, the newest first", () => {
    const views = withView<ListSearch>(
      [
        { name: "a", search: {} },
        { name: "b", search: {} },
      ],
      { name: "b", search: { q: "x" } },
    );
    expect(views).toEqual([
      { name: "b", search: { q: "x" } },
      { name: "a", search: {} },
    ]);
  });
});
