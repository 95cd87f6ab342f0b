import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A TCP way to a server that a test can cut (connections reset, new ones refused), freeze (nothing answers) and mend. */
export interface Proxy {
  readonly url: string;
  cut(): Promise<void>;
  freeze(): void;
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** Stands in front of the server that `url` names. */
export async function startProxy(url: string): Promise<Proxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let frozen = false;
  const keep = (socket: Socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.on("close", () => sockets.delete(socket));
  };
  const server = createServer((inbound) => {
    keep(inbound);
    if (frozen) return;
    const outbound = connect(Number(target.port || 5432), target.hostname);
    keep(outbound);
    inbound.pipe(outbound).on("close", () => inbound.destroy());
    outbound.pipe(inbound).on("close", () => outbound.destroy());
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as { port: number }).port;
  };
  const port = await listen(0);
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  const here = new URL(url);
  here.host = `127.0.0.1:${port}`;
  return {
    url: here.href,
    cut: stop,
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    async mend() {
      frozen = false;
      for (const socket of sockets) socket.destroy();
      if (!server.listening) await listen(port);
    },
    close: stop,
  };
}
