import { connect, type Socket } from "node:net";

/** What became of the requests of one run; times in milliseconds. */
export interface Driven {
  readonly seconds: number;
  readonly accepted: number;
  readonly refused: number;
  /** Answers of any other status, and connections that broke. */
  readonly failed: number;
  readonly acceptedMs: readonly number[];
  readonly refusedMs: readonly number[];
}

interface Load {
  readonly url: string;
  readonly token: string;
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second whatever the answers do; left out: each connection sends when it was answered. */
  readonly rate?: number;
  readonly body: (request: number) => string;
}

interface Connection {
  readonly socket: Socket;
  sentMs: number;
  busy: boolean;
  received: string;
}

const warmUpShare = 0.2;

/**
 * HTTP requests as cheaply as Node can write them, so that two cores are spent on what is measured: prepared text on sockets that
 * stay open, answers read as far as status and length. With a rate, an answer's time counts from when its request was due.
 */
class Driver {
  readonly #load: Load;
  readonly #head: string;
  readonly #idle: Connection[] = [];
  readonly #due: number[] = [];
  readonly #accepted: number[] = [];
  readonly #refused: number[] = [];
  #failed = 0;
  #requests = 0;
  #open = 0;
  #stopped = false;
  #countFromMs = Infinity;
  #closed = () => {};

  constructor(load: Load) {
    this.#load = load;
    const { host, pathname } = new URL(load.url);
    this.#head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${load.token}\r\ncontent-type: application/json\r\ncontent-length: `;
  }

  async run(): Promise<Driven> {
    const { connections, seconds, rate } = this.#load;
    const startedMs = performance.now();
    this.#countFromMs = startedMs + seconds * warmUpShare * 1_000;
    for (let index = 0; index < connections; index++) this.#connect();
    const clock = rate === undefined ? null : setInterval(() => this.#keepRate(startedMs, rate), 1);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    if (clock) clearInterval(clock);
    const counted = (performance.now() - this.#countFromMs) / 1_000;
    const [accepted, refused] = [this.#accepted.length, this.#refused.length];
    const answers = { seconds: counted, accepted, refused, acceptedMs: this.#accepted.slice(), refusedMs: this.#refused.slice() };
    this.#stopped = true;
    // What is under way is still answered, so that the count of what was acknowledged is whole.
    for (const connection of this.#idle) connection.socket.end();
    const patience = setTimeout(() => this.#closed(), 15_000);
    if (this.#open > 0) await new Promise<void>((resolve) => (this.#closed = resolve));
    clearTimeout(patience);
    return { ...answers, failed: this.#failed };
  }

  /** Every request that was acknowledged, also outside of the time that counts. */
  acknowledged = 0;

  #connect(): void {
    const { hostname, port } = new URL(this.#load.url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const connection: Connection = { socket, sentMs: 0, busy: false, received: "" };
    this.#open += 1;
    socket.setEncoding("latin1");
    socket.on("connect", () => this.#next(connection));
    socket.on("data", (text: string) => this.#read(connection, text));
    socket.on("error", () => {});
    socket.on("close", () => this.#lost(connection));
  }

  #lost(connection: Connection): void {
    this.#open -= 1;
    if (connection.busy) this.#failed += 1;
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (!this.#stopped) this.#connect();
    else if (this.#open === 0) this.#closed();
  }

  #keepRate(startedMs: number, rate: number): void {
    const now = performance.now();
    const wanted = Math.floor(((now - startedMs) / 1_000) * rate);
    while (this.#requests + this.#due.length < wanted) this.#due.push(now);
    while (this.#due.length > 0 && this.#idle.length > 0) this.#send(this.#idle.shift()!, this.#due.shift()!);
  }

  #next(connection: Connection): void {
    connection.busy = false;
    if (this.#stopped) return void connection.socket.end();
    if (this.#load.rate === undefined) return this.#send(connection, performance.now());
    const due = this.#due.shift();
    if (due === undefined) this.#idle.push(connection);
    else this.#send(connection, due);
  }

  #send(connection: Connection, dueMs: number): void {
    const body = this.#load.body(this.#requests++);
    connection.busy = true;
    connection.sentMs = dueMs;
    connection.socket.write(`${this.#head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #read(connection: Connection, text: string): void {
    connection.received += text;
    const end = connection.received.indexOf("\r\n\r\n");
    if (end === -1) return;
    const length = Number(/content-length: (\d+)/i.exec(connection.received)?.[1] ?? 0);
    if (connection.received.length < end + 4 + length) return;
    this.#note(Number(connection.received.slice(9, 12)), connection.sentMs);
    connection.received = "";
    this.#next(connection);
  }

  #note(status: number, sentMs: number): void {
    const now = performance.now();
    const counts = now >= this.#countFromMs && !this.#stopped;
    if (status >= 200 && status < 300) {
      this.acknowledged += 1;
      if (counts) this.#accepted.push(now - sentMs);
    } else if (status === 503) {
      if (counts) this.#refused.push(now - sentMs);
    } else this.#failed += 1;
  }
}

/** Sends for the given time (a fifth of it to warm up, which is not counted) and says what came back, and how many were acknowledged in all. */
export async function drive(load: Load): Promise<Driven & { readonly acknowledged: number }> {
  const driver = new Driver(load);
  const driven = await driver.run();
  return { ...driven, acknowledged: driver.acknowledged };
}
