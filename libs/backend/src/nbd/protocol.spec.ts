import { stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SIZE, TestBackend, block } from '../backend.testing.js';
import { NbdClient, infoData, requestBytes } from './nbd-client.testing.js';

const ACK = 1;
const SERVER = 2;
const INFO = 3;
const ERR_UNSUP = 0x8000_0001;
const ERR_INVALID = 0x8000_0003;
const ERR_UNKNOWN = 0x8000_0006;
const ERR_TOO_BIG = 0x8000_0009;
const EINVAL = 22;
const ENOSPC = 28;

/** Has flags, flush, FUA, trim, write zeroes, several connections. */
const FLAGS = 1 | 4 | 8 | 32 | 64 | 256;

let lab: TestBackend;

beforeEach(async () => {
  lab = await TestBackend.open();
});

afterEach(async () => {
  await lab.dispose();
});

async function greeted(flags = 3): Promise<NbdClient> {
  const { client } = await NbdClient.greet(lab.socket('A'));
  client.sendFlags(flags);
  return client;
}

describe('the handshake', () => {
  it('greets with fixed newstyle and no zeroes', async () => {
    const { client, greeting } = await NbdClient.greet(lab.socket('A'));
    expect(greeting.toString('latin1', 0, 16)).toBe('NBDMAGICIHAVEOPT');
    expect(greeting.readUInt16BE(16)).toBe(3);
    await client.destroy();
  });

  it('ends when the client sets flags that nobody knows', async () => {
    const client = await greeted(0x10);
    await client.closed;
  });

  it('lists the export of the socket', async () => {
    const client = await greeted();
    const answers = await client.option(3);
    expect(answers.map((answer) => answer.type)).toEqual([SERVER, ACK]);
    expect(answers[0]!.data.toString('latin1')).toBe('\0\0\0\x06disk-A');
    expect((await client.option(3, Buffer.from('x'))).at(-1)!.type).toBe(ERR_INVALID);
    await client.destroy();
  });

  it('tells size and flags with INFO, block sizes when asked for, and goes on', async () => {
    const client = await greeted();
    const short = await client.option(6, infoData('disk-A'));
    expect(short.map((answer) => answer.type)).toEqual([INFO, ACK]);
    expect(short[0]!.data.readUInt16BE(0)).toBe(0);
    expect(short[0]!.data.readBigUInt64BE(2)).toBe(BigInt(SIZE));
    expect(short[0]!.data.readUInt16BE(10)).toBe(FLAGS);
    const long = await client.option(6, infoData('', [3, 99]));
    expect(long.map((answer) => answer.type)).toEqual([INFO, INFO, ACK]);
    const sizes = long[1]!.data;
    expect(sizes.readUInt16BE(0)).toBe(3);
    expect([2, 6, 10].map((at) => sizes.readUInt32BE(at))).toEqual([1, 4096, 32 << 20]);
    await client.destroy();
  });

  it('answers GO for an unknown export with an error, and the next GO well', async () => {
    const client = await greeted();
    expect((await client.option(7, infoData('nothing'))).at(-1)!.type).toBe(ERR_UNKNOWN);
    expect((await client.option(7, Buffer.from('xx'))).at(-1)!.type).toBe(ERR_INVALID);
    expect((await client.option(7, infoData('disk-A'))).at(-1)!.type).toBe(ACK);
    client.transmit();
    expect(await client.write(0, block(1))).toMatchObject({ errno: 0 });
    await client.destroy();
  });

  it('does not know options beyond its own, such as TLS and structured replies', async () => {
    const client = await greeted();
    for (const option of [5, 8, 10, 11, 1234]) {
      expect((await client.option(option)).map((answer) => answer.type)).toEqual([ERR_UNSUP]);
    }
    await client.destroy();
  });

  it('drops an option that is too long and goes on behind it', async () => {
    const client = await greeted();
    client.sendOption(7, Buffer.alloc(100_000));
    expect((await client.readAnswers()).at(-1)!.type).toBe(ERR_TOO_BIG);
    expect((await client.option(3)).at(-1)!.type).toBe(ACK);
    await client.destroy();
  });

  it('reads messages that come byte by byte', async () => {
    const { client } = await NbdClient.greet(lab.socket('A'));
    const bytes: number[] = [0, 0, 0, 3, ...Buffer.from('IHAVEOPT'), 0, 0, 0, 3, 0, 0, 0, 0];
    for (const byte of bytes) {
      client.send(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    expect((await client.readAnswers()).map((answer) => answer.type)).toEqual([SERVER, ACK]);
    await client.destroy();
  });

  it('acknowledges ABORT and closes', async () => {
    const client = await greeted();
    expect((await client.option(2)).map((answer) => answer.type)).toEqual([ACK]);
    await client.closed;
  });

  it('closes on a wrong magic', async () => {
    const client = await greeted();
    client.send(Buffer.alloc(16, 7));
    await client.closed;
  });

  it.each([
    [3, 10],
    [1, 134],
  ])('answers EXPORT_NAME under client flags %i with %i bytes', async (flags, length) => {
    const client = await greeted(flags);
    client.sendOption(1, Buffer.from('disk-A'));
    const answer = await client.read(length);
    expect(answer.readBigUInt64BE(0)).toBe(BigInt(SIZE));
    expect(answer.readUInt16BE(8)).toBe(FLAGS);
    expect(answer.subarray(10).every((byte) => byte === 0)).toBe(true);
    client.transmit();
    expect(await client.write(0, block(1))).toMatchObject({ errno: 0 });
    await client.destroy();
  });

  it('closes on EXPORT_NAME with a name that it does not offer', async () => {
    const client = await greeted();
    client.sendOption(1, Buffer.from('nothing'));
    await client.closed;
  });

  it('takes requests that come in one piece with the last option', async () => {
    const client = await greeted();
    client.sendOption(1, Buffer.from('disk-A'));
    const written = client.request({ type: 1, offset: 0, data: block(7) });
    await client.read(10);
    client.transmit();
    expect((await written).errno).toBe(0);
    await client.destroy();
  });
});

describe('the transmission', () => {
  let client: NbdClient;

  beforeEach(async () => {
    client = await lab.client('A');
  });

  it('stores and gives back', async () => {
    expect(await client.write(8192, block(5, 3))).toMatchObject({ errno: 0 });
    expect(Buffer.compare(await client.readAt(8192, 3 * 4096), block(5, 3))).toBe(0);
    expect((await client.readAt(4096, 4096)).every((byte) => byte === 0)).toBe(true);
  });

  it('has one medium behind all its exports', async () => {
    await client.write(0, block(5));
    const other = await lab.client('B');
    expect(Buffer.compare(await other.readAt(0, 4096), block(5))).toBe(0);
  });

  it('stores data of any alignment', async () => {
    await client.write(4095, Uint8Array.of(1, 2, 3));
    expect([...(await client.readAt(4094, 5))]).toEqual([0, 1, 2, 3, 0]);
  });

  it('zeroes, with and without holes, and trims to zeros', async () => {
    for (const request of [
      { type: 6, flags: 0 },
      { type: 6, flags: 2 | 1 },
      { type: 4, flags: 1 },
    ]) {
      await client.write(0, block(5));
      expect(await client.request({ ...request, offset: 0, length: 4096 })).toMatchObject({
        errno: 0,
      });
      expect((await client.readAt(0, 4096)).every((byte) => byte === 0)).toBe(true);
    }
  });

  it('flushes, and takes FUA on every command', async () => {
    expect(await client.request({ type: 3 })).toMatchObject({ errno: 0 });
    expect(await client.request({ type: 3, flags: 1 })).toMatchObject({ errno: 0 });
    expect(await client.write(0, block(1), 1)).toMatchObject({ errno: 0 });
    const read = await client.request({ type: 0, length: 4096, flags: 1 });
    expect(read).toMatchObject({ errno: 0 });
  });

  it.each([
    ['a read beyond the end', { type: 0, offset: SIZE - 1, length: 2 }, EINVAL],
    ['a read far beyond the end', { type: 0, offset: 2n ** 64n - 1n, length: 1 }, EINVAL],
    ['a write beyond the end', { type: 1, offset: SIZE - 1, data: Buffer.alloc(2) }, ENOSPC],
    ['zeroes beyond the end', { type: 6, offset: SIZE, length: 1 }, ENOSPC],
    ['a trim beyond the end', { type: 4, offset: SIZE, length: 1 }, EINVAL],
    ['a read of nothing', { type: 0, length: 0 }, EINVAL],
    ['a write of nothing', { type: 1, length: 0 }, EINVAL],
    ['a read of 4 GiB', { type: 0, length: 0xffff_ffff }, EINVAL],
    ['a flush of a range', { type: 3, length: 4096 }, EINVAL],
    ['a command without a name', { type: 77, length: 5 }, EINVAL],
    ['a cache command', { type: 5, length: 4096 }, EINVAL],
    ['a block status', { type: 7, length: 4096 }, EINVAL],
    ['a flag that is not a write’s', { type: 1, data: Buffer.alloc(512), flags: 2 }, EINVAL],
    ['a flag that is nobody’s', { type: 0, length: 512, flags: 0x80 }, EINVAL],
  ])('refuses %s and goes on', async (_, request, errno) => {
    expect(await client.request(request)).toMatchObject({ errno });
    expect(await client.write(0, block(1))).toMatchObject({ errno: 0 });
  });

  it('drops the data of a write that is too long without keeping it', async () => {
    const length = (32 << 20) + 512;
    const before = process.memoryUsage().arrayBuffers;
    const refused = client.reply(9n);
    client.send(requestBytes({ type: 1, length }, 9n));
    // Another client's answer comes after the header above was read.
    await (await lab.client('B')).readAt(0, 512);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
    const piece = Buffer.alloc(1 << 20);
    for (let sent = 0; sent < length; sent += piece.length) {
      client.send(piece.subarray(0, Math.min(piece.length, length - sent)));
    }
    expect(await refused).toMatchObject({ errno: EINVAL });
    expect(await client.write(0, block(1))).toMatchObject({ errno: 0 });
  });

  it('closes on a request with a wrong magic', async () => {
    client.send(Buffer.alloc(28, 1));
    await client.closed;
  });

  it('reads requests that come in pieces of any size', async () => {
    const bytes = Buffer.concat([
      requestBytes({ type: 1, offset: 0, data: block(1) }, 1n),
      requestBytes({ type: 1, offset: 4096, data: block(2) }, 2n),
    ]);
    const replies = [client.reply(1n), client.reply(2n)];
    for (let at = 0; at < bytes.length; at += 1013) {
      client.send(bytes.subarray(at, at + 1013));
      await new Promise(setImmediate);
    }
    expect(await Promise.all(replies)).toMatchObject([{ errno: 0 }, { errno: 0 }]);
    const found = await (await lab.client('B')).readAt(0, 8192);
    expect(Buffer.compare(found, Buffer.concat([block(1), block(2)]))).toBe(0);
  });

  it('answers what it took before a disconnect, then closes', async () => {
    const written = client.request({ type: 1, offset: 0, data: block(1) });
    client.send(requestBytes({ type: 2 }, 0n));
    expect(await written).toMatchObject({ errno: 0 });
    await client.closed;
  });

  it('waits with new requests while a client does not fetch its answers', async () => {
    client.pause();
    const reads = Array.from({ length: 100 }, () =>
      client.request({ type: 0, offset: 0, length: SIZE }),
    );
    let received = 0;
    lab.backend.on('received', () => received++);
    const other = await lab.client('B');
    await other.write(0, block(1));
    expect(received).toBeLessThan(100);
    client.resume();
    for (const read of reads) expect((await read).data.length).toBe(SIZE);
  });
});

describe('the socket', () => {
  it('is for its owner alone and goes with the backend', async () => {
    expect((await stat(lab.socket('A'))).mode & 0o777).toBe(0o600);
    await lab.backend.close();
    await expect(stat(lab.socket('A'))).rejects.toThrow(/ENOENT/);
  });

  it('can be given to another user', async () => {
    if (process.getuid?.() !== 0) return;
    const socket = `${lab.folder}/C`;
    const owner = { uid: 65_534, gid: 65_534 };
    await lab.backend.addExport({ name: 'c', socket, node: 'C', owner });
    expect(await stat(socket)).toMatchObject(owner);
  });

  it('is not made where another one is, and the message says so', async () => {
    const socket = lab.socket('A');
    await expect(lab.backend.addExport({ name: 'c', socket, node: 'C' })).rejects.toThrow(
      `cannot listen on ${socket}: the socket exists already`,
    );
  });

  it('is not made where Linux would cut its path', async () => {
    const socket = `/tmp/${'x'.repeat(120)}`;
    await expect(lab.backend.addExport({ name: 'c', socket, node: 'C' })).rejects.toThrow(
      /choose a shorter folder/,
    );
  });
});
