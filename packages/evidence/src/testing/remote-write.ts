/*
 * Prometheus remote write 1.0: a protobuf message in snappy's block format, which may hold its input as literals.
 * Enough of both to hand a real server samples of a chosen time.
 */

export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly { readonly atMs: number; readonly value: number }[];
}

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}

const field = (number: number, bytes: Buffer) => Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);

function sample({ atMs, value }: { readonly atMs: number; readonly value: number }): Buffer {
  const double = Buffer.alloc(8);
  double.writeDoubleLE(value);
  return Buffer.concat([varint((1 << 3) | 1), double, varint(2 << 3), varint(atMs)]);
}

function series({ labels, samples }: WrittenSeries): Buffer {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const pairs = sorted.map(([name, value]) => field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])));
  return Buffer.concat([...pairs, ...samples.map((each) => field(2, sample(each)))]);
}

function snappy(input: Buffer): Buffer {
  const parts: Buffer[] = [varint(input.length)];
  for (let at = 0; at < input.length; at += 65_536) {
    const literal = input.subarray(at, at + 65_536);
    const length = literal.length - 1;
    // Tag 61 announces a literal whose length stands in the next two bytes.
    parts.push(Buffer.from([61 << 2, length & 0xff, length >> 8]), literal);
  }
  return Buffer.concat(parts);
}

/** Writes the series; throws what the server says when it refuses. */
export async function remoteWrite(url: string, all: readonly WrittenSeries[]): Promise<void> {
  const body = snappy(Buffer.concat(all.map((each) => field(1, series(each)))));
  const headers = { "content-type": "application/x-protobuf", "content-encoding": "snappy", "x-prometheus-remote-write-version": "0.1.0" };
  const reply = await fetch(`${url}/api/v1/write`, { method: "POST", headers, body: new Uint8Array(body) });
  if (!reply.ok) throw new Error(`remote write: ${reply.status} ${await reply.text()}`);
}
