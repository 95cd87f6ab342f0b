import { describe, expect, it } from "vitest";
import { ago, event, step } from "../testing/builders.ts";
import { cartOf, detected, kindsOf, object } from "../testing/detected.ts";
import { id } from "../testing/world.ts";
import { pullTrouble } from "./pull-trouble.ts";

const pod = id("pod", "cart-5d4f8b9c7-x2x9z");
const failed = (message: string, reason = "Failed") => event(pod, reason, { message, first: 9, last: 2, count: 5 });
const named = (found: Set<string>, kinds: readonly string[]) => kinds.filter((kind) => found.has(kind));
const pulls = ["image_not_found", "image_pull_denied", "registry_unresolved"];

describe("an image that is not pulled", () => {
  it.each([
    ["not_found", 'rpc error: code = NotFound desc = failed to resolve reference "r.example/cart:9": r.example/cart:9: not found'],
    ["not_found", "manifest for r.example/cart:9 not found: manifest unknown"],
    ["not_found", 'InvalidImageName Failed to apply default image tag "r.example/cart::9": couldn\'t parse image name: invalid reference format'],
    ["denied", "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://r.example/token: 403 Forbidden"],
    ["denied", "failed to resolve reference: pulling from host r.example failed with status code [manifests 9]: 401 Unauthorized"],
    ["denied", "Head https://r.example/v2/cart/manifests/9: no basic auth credentials"],
    ["unresolved", "failed to do request: Head https://r.example/v2/: dial tcp: lookup r.example on 10.0.0.10:53: no such host"],
    ["unresolved", "dial tcp: lookup r.example: i/o timeout"],
    ["ambiguous", "pull access denied for cart, repository does not exist or may require 'docker login': denied"],
    [null, "unexpected EOF"],
  ] as const)("%s: %s", (trouble, said) => expect(pullTrouble(said)).toBe(trouble));

  const unclear = "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope";
  const neighbour = object(id("pod", "pay-1"), { status: { containerStatuses: [{ ready: true, image: "r.example/shop/pay:3" }] } });

  it.each([
    ["image_pull_denied", 'Failed to pull image "r.example/shop/cart:9"', []],
    ["image_not_found", 'Failed to pull image "r.example/shop/cart:9"', [neighbour]],
    ["image_not_found", 'Failed to pull image "ngnix:9"', []],
  ])("that may be hidden or missing is %s (%#)", (what, start, others) => {
    const found = kindsOf(detected({ objects: [...cartOf({}), ...others], events: [failed(`${start}: ${unclear}`)] }));
    expect(named(found, pulls)).toEqual([what]);
  });

  it("keeps only its general name where nothing says why", () => {
    const found = kindsOf(detected({ objects: cartOf({}), events: [failed('Failed to pull image "r.example/cart:9": unexpected EOF')] }));
    expect(found).toContain("image_pull_failing");
    expect(named(found, pulls)).toEqual([]);
  });
}); // prettier-ignore

describe("a reference to what is not there", () => {
  it.each([
    ['Error: secret "db" not found', "Failed"],
    ['Error: configmap "cart" not found', "Failed"],
    ["Error: couldn't find key PASSWORD in Secret shop/db", "Failed"],
    ['MountVolume.SetUp failed for volume "tls" : secret "tls" not found', "FailedMount"],
    ['MountVolume.SetUp failed for volume "conf" : references non-existent config key: app.yaml', "FailedMount"],
  ])("is told by %s", (message, reason) => {
    expect(kindsOf(detected({ objects: cartOf({}), events: [failed(message, reason)] }))).toContain("config_reference_missing");
  });

  it("is not told by a mount that fails for another reason", () => {
    const found = detected({
      objects: cartOf({}),
      events: [failed('MountVolume.SetUp failed for volume "nfs": timed out', "FailedMount")],
    });
    expect(kindsOf(found)).not.toContain("config_reference_missing");
  });
});

describe("what a container said before it ended", () => {
  const loop = { phase: "Running", containerStatuses: [{ name: "cart", ready: false, restartCount: 4, state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: { terminated: { reason: "Error", exitCode: 1, finishedAt: ago(2) } } }] };
  const said = (template: string) => ({ patterns: [{ of: id("service", "cart"), template, level: "error" as const, lines: step(0, 1, { since: 9 }) }] });
  const mounts = (volume: Record<string, unknown>) => ({
    containers: [{ name: "cart", volumeMounts: [{ name: "data", mountPath: "/data" }] }],
    volumes: [{ name: "data", ...volume }],
  });
  const found = (spec: Record<string, unknown>, template: string, status: Record<string, unknown> = loop) =>
    kindsOf(detected({ objects: cartOf({ pod: spec, status }), ...said(template) }));
  const claim = { persistentVolumeClaim: { claimName: "data" } };

  it.each(["open /data/store: permission denied", "Fatal error: can't open file store.rdb: Permission denied", "mkdir '/data/x': EACCES"])(
    "means no permission on its volume: %s",
    (template) => expect(found(mounts(claim), template)).toContain("volume_permission_denied"),
  );

  it.each([
    ["where it mounts no volume of its own", mounts({ configMap: { name: "conf" } }), "open /data/store: permission denied"],
    ["of a database", mounts(claim), "ERROR: permission denied for table orders"],
    ["of a server", mounts(claim), "GET http://pay/x: permission denied (403)"],
  ])("means nothing of the kind %s", (_, spec, template) => expect(found(spec, template)).not.toContain("volume_permission_denied"));

  it("means nothing once it is ready", () => {
    const ready = { phase: "Running", containerStatuses: [{ name: "cart", ready: true, restartCount: 0, state: { running: {} } }] };
    expect(found(mounts(claim), "open /data/store: permission denied", ready)).not.toContain("volume_permission_denied");
  });

  const pair = (ports: readonly number[]) => ({ containers: ports.map((containerPort, i) => ({ name: i === 0 ? "cart" : "proxy", ports: [{ containerPort }] })) });

  it.each([
    ["listen tcp :8080: bind: address already in use", pair([8080, 9090])],
    ["Web server failed to start. Port 8080 was already in use.", pair([8080, 9090])],
    ["Error: listen EADDRINUSE: address already in use :::8080", pair([8080, 9090])],
    ["started", pair([8080, 8080])],
  ])("means that a neighbour has its port: %s", (template, spec) => expect(found(spec, template)).toContain("port_in_use"));

  it("means no neighbour where there is none", () => {
    expect(found(pair([8080]), "bind: address already in use")).not.toContain("port_in_use");
  });
}); // prettier-ignore
