import { describe, expect, it } from "vitest";
import { csvLine, csvRecords } from "./csv.ts";

const read = (text: string, ...columns: string[]) => [...csvRecords(text)].map((record) => columns.map((name) => record(name)));

describe("CSV", () => {
  it("gives cells by the name of their column, and nothing for a column that is not there", () => {
    expect(read("a,b\n1,2\r\n3,4", "b", "c")).toEqual([["2", ""], ["4", ""]]); // prettier-ignore
  });

  it("keeps commas, quotes and line breaks of quoted cells, and goes on with the next record", () => {
    const cells = ['say "hi", she\nsaid', "", "x"];
    expect(read(`a,b,c\n${csvLine(cells)}${csvLine(["1", "2", "3"])}`, "a", "b", "c")).toEqual([cells, ["1", "2", "3"]]);
  });

  it("skips a byte-order mark and blank lines", () => {
    expect(read("\uFEFFa,b\n\n1,2\n\n", "a")).toEqual([["1"]]);
  });

  it("ends with a cell whose quote is never closed", () => {
    expect(read('a,b\n1,"2', "a", "b")).toEqual([["1", "2"]]);
  });
});
