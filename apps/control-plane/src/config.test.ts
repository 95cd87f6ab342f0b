import { ConfigurationError, describeEnvironment } from "@sre/service-kit";
import { describe, expect, test } from "vitest";
import { controlPlaneEnvironment, readConfig } from "./config.ts";

const secret = "0123456789abcdef";
const noFile = () => {
  throw new Error("ENOENT");
};

describe("configuration", () => {
  test("starts from nothing, with what needs a secret switched off", () => {
    const config = readConfig({}, noFile);
    expect(config.identity).toMatchObject({ client: null, console: null, ingestToken: null, audience: "control-plane" });
    expect(config.developmentIssuer).toBeNull();
    expect(config.settings.diagnosis).toMatchObject({ debounceSeconds: 30, recheckSeconds: 300 });
  });
  test("describes every variable", () => {
    const undescribed = describeEnvironment(controlPlaneEnvironment).filter(({ description }) => description === "");
    expect(undescribed).toEqual([]);
  });
  test("refuses recorded evidence in production", () => {
    expect(() => readConfig({ RECORDED_SCENARIOS: "1", OIDC_CLIENT_SECRET: secret, NODE_ENV: "production" }, noFile)).toThrow(
      /RECORDED_SCENARIOS is refused in production/,
    );
  });
  test("names the development issuer's missing secrets, and refuses it in production", () => {
    const read = () => readConfig({ DEVELOPMENT_ISSUER: "1", OIDC_CLIENT_SECRET: secret, NODE_ENV: "production" }, noFile);
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(/DEVELOPMENT_ISSUER_SECRET is required.*DEVELOPMENT_ISSUER is refused in production/);
  });
  test("takes a mapping from a text or a file, keeping what it does not replace", () => {
    const text = JSON.stringify({ service: ["app_id"] });
    expect(readConfig({ ENTITY_MAPPING: text }, noFile).settings.mapping).toMatchObject({
      service: ["app_id"],
      pod: expect.arrayContaining(["pod"]),
    });
    expect(readConfig({ ENTITY_MAPPING_FILE: "mapping.json" }, () => text).settings.mapping.service).toEqual(["app_id"]);
  });
  test.each([
    [{ ENTITY_MAPPING: "{" }, "ENTITY_MAPPING must be a JSON object"],
    [{ ENTITY_MAPPING: '{"service":"x"}' }, "ENTITY_MAPPING is not valid at service"],
    [{ ENTITY_MAPPING_FILE: "missing" }, "ENTITY_MAPPING_FILE names a file that cannot be read"],
    [{ INGEST_TOKEN: "short" }, "INGEST_TOKEN"],
    [{ SNS_TOPIC_ARNS: "arn:aws:sns:eu-central-1:123456789012:alarms" }, "SNS_CERTIFICATES_FILE is required with SNS_TOPIC_ARNS"],
    [{ SNS_TOPIC_ARNS: "alarms", SNS_FETCH_CERTIFICATES: "1" }, "SNS_TOPIC_ARNS must be ARNs of topics"],
    [
      { SNS_TOPIC_ARNS: "arn:aws:sns:eu-central-1:123456789012:alarms", SNS_CERTIFICATES_FILE: "missing" },
      "SNS_CERTIFICATES_FILE names a file that cannot be read",
    ],
  ])("refuses %j, naming the field and never its value", (env, words) => {
    expect(() => readConfig(env as Record<string, string>, noFile)).toThrow(words);
  });
});
