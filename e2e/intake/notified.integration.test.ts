import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Notification } from "@sre/contracts/control-plane";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startControlPlane, type ControlPlane } from "./control-plane.ts";
import { openSender, soakAlert } from "./sender.ts";

interface Told {
  readonly id: string;
  readonly type: string;
}

/** A receiver of webhooks that takes everything and remembers it. */
async function startReceiver() {
  const told: Told[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      told.push({ id: String(request.headers["webhook-id"]), type: (body as { type: string }).type });
      response.writeHead(204).end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return { told, url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

describe("a control plane that dies between a notification taken and its mark", () => {
  const directory = mkdtempSync(join(tmpdir(), "notified-"));
  const file = join(directory, "notifications.json");
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let plane: ControlPlane;
  beforeAll(async () => {
    receiver = await startReceiver();
    const people = { kind: "webhook", url: receiver.url, secret: `whsec_${Buffer.alloc(24, 7).toString("base64")}` };
    writeFileSync(file, JSON.stringify({ receivers: { people }, routes: [{ name: "all", receivers: ["people"] }] }));
    plane = await startControlPlane(process.env["POSTGRES_URL"] ?? null, { NOTIFICATIONS_FILE: file });
  });
  afterAll(async () => {
    await plane.close();
    receiver.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test("tells it again by the same id, once more, and keeps one notification of it", async () => {
    plane.running.process.kill("SIGTERM");
    await plane.running.ended;
    await plane.start({ FAIL_POINT: "notification.sent_not_marked" });
    await openSender(plane).deliver([soakAlert(1)]);
    expect(await plane.running.ended).toContain("SIGKILL");
    await plane.start();
    const opened = await vi.waitUntil(
      async () => {
        const { items } = await plane.read<{ items: Notification[] }>("/api/v1/notifications");
        return items.every(({ status }) => status === "sent") && items.filter(({ kind }) => kind === "opened");
      },
      { timeout: 90_000, interval: 500 },
    );
    expect(opened).toHaveLength(1);
    const [notification] = opened;
    expect(notification?.attempts).toBe(2);
    expect(receiver.told.filter(({ type }) => type === "incident.opened").map(({ id }) => id)).toEqual([
      notification?.id,
      notification?.id,
    ]);
  }, 240_000);
});
