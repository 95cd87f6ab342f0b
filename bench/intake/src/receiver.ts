import { createServer } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Told {
  readonly type: string;
  readonly data: { readonly incident: { readonly id: string } };
}

/** Who is told of incidents. */
export interface Receiver {
  /** For `NOTIFICATIONS_FILE`: everything goes to this receiver. */
  readonly rulesFile: string;
  /** Each message id with what it told; a message that came twice is here once. */
  readonly told: ReadonlyMap<string, Told>;
  close(): void;
}

/** A webhook receiver on loopback that answers at once. */
export async function openReceiver(): Promise<Receiver> {
  const told = new Map<string, Told>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      told.set(String(request.headers["webhook-id"]), JSON.parse(Buffer.concat(chunks).toString()) as Told);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/`;
  const directory = mkdtempSync(join(tmpdir(), "receiver-"));
  const rulesFile = join(directory, "notifications.json");
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const rules = { receivers: { bench: { kind: "webhook", url, secret } }, routes: [{ name: "all", receivers: ["bench"] }] };
  writeFileSync(rulesFile, JSON.stringify(rules));
  return {
    rulesFile,
    told,
    close() {
      server.closeAllConnections();
      server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
