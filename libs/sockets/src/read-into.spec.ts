import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readInto, UnixListener, type Reader } from './index.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'sockets-'))));
afterEach(() => rm(folder, { recursive: true }));

/** Gathers what comes, with spaces of the given lengths in turn. */
class Gatherer implements Reader {
  readonly #lengths: readonly number[];
  readonly #chunks: Buffer[] = [];
  #turn = 0;
  #space = Buffer.alloc(0);
  longest = 0;
  goOn = true;

  constructor(lengths: readonly number[]) {
    this.#lengths = lengths;
  }

  space(): Uint8Array {
    this.#space = Buffer.alloc(this.#lengths[this.#turn++ % this.#lengths.length]!);
    return this.#space;
  }

  received(bytes: number): boolean {
    expect(bytes).toBeLessThanOrEqual(this.#space.length);
    this.longest = Math.max(this.longest, bytes);
    this.#chunks.push(this.#space.subarray(0, bytes));
    return this.goOn;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** A listener, a client that is connected to it, and what the listener accepted. */
async function connected(): Promise<{ listener: UnixListener; client: Socket; accepted: Socket }> {
  const path = join(folder, 's');
  let client!: Socket;
  let listener!: UnixListener;
  const accepted = await new Promise<Socket>((resolve, reject) => {
    UnixListener.listen({ path }, resolve).then((it) => {
      listener = it;
      client = connect(path);
    }, reject);
  });
  return { listener, client, accepted };
}

describe('reading into own memory', () => {
  it('gives every byte in order, whatever spaces the reader has', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 200_000 }),
        fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 5 }),
        async (sent, lengths) => {
          const { listener, client, accepted } = await connected();
          const reader = new Gatherer(sent.length > 5000 ? lengths.map((it) => it + 500) : lengths);
          const socket = readInto(accepted, reader);
          client.end(sent);
          await once(socket, 'end');
          socket.end();
          await listener.close();
          expect(reader.bytes.equals(sent)).toBe(true);
        },
      ),
      { numRuns: 30 },
    ));

  it('stops where the reader says so, until the socket is resumed', async () => {
    const { listener, client, accepted } = await connected();
    const reader = new Gatherer([4]);
    reader.goOn = false;
    const socket = readInto(accepted, reader);
    client.write('onetwo');
    client.end();
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (reader.bytes.length > 0) resolve();
        else setImmediate(look);
      };
      look();
    });
    expect(reader.bytes.toString()).toBe('onet');
    reader.goOn = true;
    socket.resume();
    await once(socket, 'end');
    expect(reader.bytes.toString()).toBe('onetwo');
    socket.end();
    await listener.close();
  });

  it('can still write to a client that has ended its half', async () => {
    const { listener, client, accepted } = await connected();
    const socket = readInto(accepted, new Gatherer([10]));
    client.end();
    await once(socket, 'end');
    socket.end('answer');
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(answer.toString()).toBe('answer');
    await listener.close();
  });
});

describe('a listener', () => {
  it('is for its owner alone, and gone when it is closed', async () => {
    const path = join(folder, 's');
    const listener = await UnixListener.listen({ path }, () => undefined);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await listener.close();
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  it('closes only when every client is gone', async () => {
    const { listener, client, accepted } = await connected();
    const socket = readInto(accepted, new Gatherer([10]));
    let closed = false;
    const closing = listener.close().then(() => (closed = true));
    client.write('still here');
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    socket.destroy();
    await closing;
    client.destroy();
  });

  it('disconnects one client too many', async () => {
    const path = join(folder, 's');
    const sockets: Socket[] = [];
    const listener = await UnixListener.listen({ path, maxClients: 1 }, (accepted) =>
      sockets.push(readInto(accepted, new Gatherer([10]))),
    );
    const first = connect(path);
    await once(first, 'connect');
    const second = connect(path);
    second.on('error', () => undefined);
    await once(second, 'close');
    expect(sockets).toHaveLength(1);
    sockets[0]!.destroy();
    // When the first is gone another one may come.
    await once(first, 'close');
    const third = connect(path);
    await once(third, 'connect');
    await new Promise((resolve) => setImmediate(resolve));
    for (const socket of sockets) socket.destroy();
    third.destroy();
    await listener.close();
  });

  it('says what is wrong with its path', async () => {
    const path = join(folder, 's');
    const listener = await UnixListener.listen({ path }, () => undefined);
    await expect(UnixListener.listen({ path }, () => undefined)).rejects.toThrow(
      `cannot listen on ${path}: the socket exists already; remove it if no other run uses it`,
    );
    await listener.close();
    await expect(
      UnixListener.listen({ path: join(folder, 'no', 's') }, () => undefined),
    ).rejects.toThrow(/cannot listen on .*: E/);
    await writeFile(join(folder, 'plain'), '');
    await expect(
      UnixListener.listen({ path: join(folder, 'x'.repeat(120)) }, () => undefined),
    ).rejects.toThrow(/Linux takes 107: choose a shorter folder/);
  });
});
