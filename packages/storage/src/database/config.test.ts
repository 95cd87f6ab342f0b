import { readEnvironment } from "@sre/service-kit";
import { describe, expect, it } from "vitest";
import { databaseConfig, databaseEnvironment } from "./config.ts";

const read = (env: Record<string, string>) => databaseConfig(readEnvironment(databaseEnvironment, env), "control-plane");

describe("database configuration", () => {
  it("is a folder of the service under DATA_DIR when no URL is given", () => {
    expect(read({ DATA_DIR: "/var/lib/sre" })).toEqual({ kind: "embedded", directory: "/var/lib/sre/control-plane" });
  });

  it("is a schema of the service's name when a URL is given", () => {
    const url = "postgres://user:secret@db/sre";
    expect(read({ DATABASE_URL: url })).toEqual({ kind: "postgres", url, schema: "control_plane", connectionsMax: 10 });
  });

  it.each([{ DATABASE_URL: "mysql://db/x" }, { DATABASE_SCHEMA: 'x"; drop' }, { DATABASE_CONNECTIONS_MAX: "0" }])(
    "refuses %j and names the variable",
    (env) => {
      expect(() => read(env)).toThrow(Object.keys(env)[0] ?? "");
    },
  );
});
