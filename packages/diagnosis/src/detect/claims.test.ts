import { describe, expect, it } from "vitest";
import type { ClusterObject } from "@sre/contracts/evidence";
import { event } from "../testing/builders.ts";
import { cartOf, detected, kindsOf, object } from "../testing/detected.ts";
import { id } from "../testing/world.ts";

const claimId = id("claim", "data");
const volumeId = "eu-1//volume/disk";
const template = { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] };
const wanted = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } }, storageClassName: "" };
const offered = { accessModes: ["ReadWriteOnce"], capacity: { storage: "4Gi" }, storageClassName: "" };

const claim = (spec: Record<string, unknown> = {}, status: Record<string, unknown> = { phase: "Pending" }): ClusterObject =>
  object(claimId, { api_kind: "PersistentVolumeClaim", spec: { ...wanted, ...spec }, status });
const volume = (spec: Record<string, unknown> = {}, more: Partial<ClusterObject> = {}): ClusterObject =>
  object(volumeId, { api_kind: "PersistentVolume", spec: { ...offered, ...spec }, status: { phase: "Available" }, ...more });

const told = (objects: readonly ClusterObject[], events: ReturnType<typeof event>[] = []) =>
  [...kindsOf(detected({ objects: [...cartOf({ template }), ...objects], events }))].filter((what) => /claim|volume|quota/.test(what));

describe("a claim that is not bound", () => {
  it.each([
    ["claim_access_mode_mismatch", [claim({ accessModes: ["ReadWriteMany"] }), volume()]],
    ["claim_capacity_mismatch", [claim({ resources: { requests: { storage: "5Gi" } } }), volume()]],
    ["claim_selector_mismatch", [claim({ selector: { matchLabels: { disk: "ssd" } } }), volume({}, { labels: { disk: "hdd" } })]],
    ["claim_storage_class_mismatch", [claim({ storageClassName: "fast" }), volume({ storageClassName: "slow" })]],
    ["claim_storage_class_mismatch", [claim({ storageClassName: "fast" })]],
    ["volume_occupied", [claim(), volume({ claimRef: { namespace: "shop", name: "other" } }, { status: { phase: "Bound" } })]],
    [
      "volume_occupied",
      [claim({ volumeName: "disk" }), volume({ claimRef: { name: "other" } }), volume({}, { entity: "eu-1//volume/free" })],
    ],
  ] as [string, ClusterObject[]][])("tells %s (%#)", (what, objects) => {
    expect(told(objects)).toEqual(expect.arrayContaining([what, "claim_unbound"]));
    expect(told(objects)).toHaveLength(2);
  });

  it("is held against the volume that comes nearest, not against those of others", () => {
    const others = volume({ capacity: { storage: "1Gi" }, accessModes: ["ReadOnlyMany"] }, { entity: "eu-1//volume/other" });
    expect(told([claim({ resources: { requests: { storage: "5Gi" } } }), others, volume()])).toContain("claim_capacity_mismatch");
  });

  it("is completed by how it was declared", () => {
    const live = object(claimId, { spec: { storageClassName: "" }, status: { phase: "Pending" } });
    const declared = object(claimId, { view: "declared", spec: { ...wanted, accessModes: ["ReadWriteMany"] } });
    expect(told([live, declared, volume()])).toContain("claim_access_mode_mismatch");
  });

  it("tells no more than that where nothing differs, and nothing where it waits for its pod", () => {
    expect(told([claim(), volume()])).toEqual(["claim_unbound"]);
    const waiting = event(claimId, "WaitForFirstConsumer", {
      message: "waiting for first consumer to be created before binding",
      first: 9,
    });
    expect(told([claim(), volume({ capacity: { storage: "1Gi" } })], [waiting])).toEqual([]);
  });

  it("is no matter once it is bound", () => expect(told([claim({}, { phase: "Bound" }), volume()])).toEqual([]));
});

describe("a claim that is not there", () => {
  const quota = (used: string, hard: string) => object(id("quota", "disk"), { spec: {}, status: { hard: { "requests.storage": hard }, used: { "requests.storage": used } } });
  const declared = object(claimId, { view: "declared", spec: wanted });

  it("tells of the quota that has no room for it", () => {
    const found = detected({ objects: [...cartOf({ template }), declared, quota("0", "1Gi")] });
    expect(kindsOf(found)).toContain("quota_exceeded_storage");
  });

  it("is missing where the quota has room, or none is known", () => {
    expect(told([declared, quota("1Gi", "10Gi")])).toEqual(["claim_missing"]);
    expect(told([])).toEqual(["claim_missing"]);
  });
}); // prettier-ignore
