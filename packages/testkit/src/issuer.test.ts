import { createClientCredentials, createOutboundFactory, createTokenVerifier, systemClock } from "@sre/service-kit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { quietLog, testMetrics } from "./contexts.ts";
import { startTestIssuer, type TestIssuer } from "./issuer.ts";

const outbound = createOutboundFactory({ metrics: testMetrics(), log: quietLog, clock: systemClock });

describe.each(["ES256", "RS256"] as const)("the test issuer with %s", (algorithm) => {
  let issuer: TestIssuer;
  beforeEach(async () => {
    issuer = await startTestIssuer({ algorithm });
  });
  afterEach(() => issuer.close());

  const verifier = () => createTokenVerifier({ issuer: issuer.issuer, audience: "assistant", outbound, clock: systemClock });

  it("mints tokens that the product's own verifier accepts", async () => {
    const token = await issuer.mint({ aud: "assistant", scope: "diagnostics:run", sub: "alice", name: "Alice" });
    expect(await verifier().verify(token)).toMatchObject({ kind: "person", subject: "alice", scopes: new Set(["diagnostics:run"]) });
  });

  it.each([{ aud: "somebody-else" }, { aud: "assistant", exp: 1 }, { aud: "assistant", iss: "https://other" }])(
    "mints tokens that are refused: %j",
    async (claims) => {
      await expect(verifier().verify(await issuer.mint(claims))).rejects.toMatchObject({ code: "invalid_token" });
    },
  );

  it("gives a service its token by the client credentials grant", async () => {
    const credentials = createClientCredentials({
      issuer: issuer.issuer,
      clientId: "control-plane",
      clientSecret: "secret",
      audience: "assistant",
      scopes: ["a", "b"],
      outbound,
      clock: systemClock,
    });
    const principal = await verifier().verify(await credentials.token());
    expect(principal).toMatchObject({ kind: "service", subject: "control-plane", scopes: new Set(["a", "b"]) });
  });

  it("publishes only its newest key", async () => {
    const old = await issuer.mint({ aud: "assistant" });
    issuer.rotateKey();
    await expect(verifier().verify(old)).rejects.toMatchObject({ code: "invalid_token" });
    expect(issuer.jwks().keys).toHaveLength(1);
    expect(await verifier().verify(await issuer.mint({ aud: "assistant" }))).toMatchObject({ subject: "tester" });
  });

  it("fails when told to, and says what it was asked for", async () => {
    issuer.fail(503);
    expect((await fetch(`${issuer.issuer}/jwks`)).status).toBe(503);
    issuer.fail(0);
    expect((await fetch(`${issuer.issuer}/jwks`)).status).toBe(200);
    expect(issuer.requested()).toEqual(["/jwks", "/jwks"]);
  });
});
