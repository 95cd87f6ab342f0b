import type { Question } from "@sre/contracts/evidence";
import { fakeFaults, startFakeHttp, type FakeAnswer } from "@sre/testkit";
import { beforeAll, describe, expect, test } from "vitest";
import {
  changesOf,
  context,
  dataOf,
  eventsIn,
  idIn as id,
  now,
  objectsQuestion,
  openCluster,
  pod,
  serving,
  shopNamespace as shop,
  warmUp,
} from "./testing/cluster.ts";

beforeAll(warmUp);

describe("reading the API server", () => {
  test("only ever lists, with the token of the kubeconfig, page by page", async () => {
    const pages: FakeAnswer[] = [
      { json: { metadata: { continue: "c2" }, items: [pod("a")] } },
      { json: { metadata: {}, items: [pod("b")] } },
    ];
    await using cluster = openCluster(await startFakeHttp((request) => pages[request.query.get("continue") === "c2" ? 1 : 0]!));
    const answer = await cluster.source.ask(objectsQuestion(["pod"]), context);
    expect(dataOf(answer, "objects").objects).toHaveLength(2);
    expect(answer.asked.map(({ text }) => text)).toEqual(["GET /api/v1/namespaces/shop/pods", "GET /api/v1/namespaces/shop/pods (page 2)"]);
    expect(
      cluster.http.requests.every((request) => request.method === "GET" && request.headers["authorization"] === "Bearer read-only-token"),
    ).toBe(true);
  });

  test("keeps the first pages of a list that expired on the way", async () => {
    const first: FakeAnswer = { json: { metadata: { continue: "c2" }, items: [pod("a")] } };
    const expired: FakeAnswer = { status: 410, json: { reason: "Expired" } };
    await using cluster = openCluster(await startFakeHttp((request) => (request.query.has("continue") ? expired : first)));
    expect(await cluster.source.ask(objectsQuestion(["pod"]), context)).toMatchObject({
      kind: "answered",
      coverage: { complete: false, truncated_by: "rows" },
    });
  });

  test("asks once for what several questions need at the same time", async () => {
    await using cluster = openCluster(await startFakeHttp(serving()));
    await Promise.all([
      cluster.source.ask(objectsQuestion(["pod", "deployment"]), context),
      cluster.source.ask(eventsIn(id("deployment", "cart")), context),
      cluster.source.ask(changesOf(shop), context),
    ]);
    const paths = cluster.http.requests.map((request) => request.path);
    expect(paths).toHaveLength(new Set(paths).size);
  });

  test("answers for its own cluster only, when it was given one", async () => {
    await using cluster = openCluster(await startFakeHttp(serving()), { cluster: "us" });
    expect(cluster.source.answers(eventsIn(shop))).toBe(false);
    expect(cluster.source.answers(eventsIn("us//namespace/shop"))).toBe(true);
    expect(cluster.source.answers({ about: "checks", of: ["us/shop/service/cart"], as_of: now })).toBe(false);
  });

  const faults = [
    ["unauthorized", fakeFaults.unauthorized, "denied"],
    ["serverError", fakeFaults.serverError, "refused"],
    ["tooManyRequests", fakeFaults.tooManyRequests, "refused"],
    ["garbage", fakeFaults.garbage, "garbled"],
    ["html", fakeFaults.html, "garbled"],
    ["empty", fakeFaults.empty, "garbled"],
    ["another form", { json: { items: [{ kind: "Pod" }] } }, "garbled"],
    ["reset", fakeFaults.reset, "unreachable"],
    ["resetMidBody", fakeFaults.resetMidBody, "unreachable"],
    ["truncated", fakeFaults.truncated, "unreachable"],
    ["unavailable", fakeFaults.unavailable, "refused"],
    ["slow", fakeFaults.slow, "timeout"],
    ["hang", fakeFaults.hang, "timeout"],
    ["trickle", fakeFaults.trickle, "timeout"],
  ] as const;
  test.each(faults)("that is in trouble (%s) is a labelled answer about every question", async (_, fault, because) => {
    const deadlineMs = because === "timeout" ? 500 : 10_000;
    await using cluster = openCluster(await startFakeHttp(fault), { deadlineMs });
    const questions = [
      objectsQuestion(["pod", "deployment"]),
      eventsIn(shop),
      changesOf(shop),
      { about: "topology", of: [id("service", "cart")], depth: 1 } satisfies Question,
    ];
    const answers = await Promise.all(
      questions.map((question) => cluster.source.ask(question, { ...context, deadlineMs: deadlineMs + 100 })),
    );
    for (const answer of answers)
      expect(answer).toMatchObject({
        kind: "unanswered",
        because: expect.stringMatching(new RegExp(`^(${because}|breaker_open)$`)) as string,
      });
    expect(answers[0]).toMatchObject({ because });
  });

  test("is too large when it unpacks beyond the limit", async () => {
    await using cluster = openCluster(await startFakeHttp(fakeFaults.gzipBomb), { deadlineMs: 20_000 });
    const answer = await cluster.source.ask(objectsQuestion(["pod"]), { ...context, deadlineMs: 20_000 });
    expect(answer).toMatchObject({ kind: "unanswered", because: "too_large" });
  });

  test("is not configured while its kubeconfig is not there", async () => {
    await using cluster = openCluster(await startFakeHttp(serving()), { kubeconfigFile: "no/such/file" });
    expect(await cluster.source.ask(objectsQuestion(["pod"]), context)).toMatchObject({ kind: "unanswered", because: "not_configured" });
    expect(cluster.http.requests).toEqual([]);
  });
});
