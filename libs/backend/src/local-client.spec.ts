import { decodeJournal } from '@fenceline/capture';
import { NS_PER_MS, VirtualTime } from '@fenceline/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Backend } from './backend.js';
import { BLOCK, block, SIZE } from './backend.testing.js';
import type { LocalClient } from './local-client.js';

describe('a client in this process', () => {
  let time: VirtualTime;
  let backend: Backend;
  let a: LocalClient;
  let b: LocalClient;
  let answers: [string, number, number][];

  beforeEach(async () => {
    time = new VirtualTime();
    answers = [];
    const options = { clock: time, medium: 'memory', journalPath: null } as const;
    backend = await Backend.open({ ...options, blockSize: BLOCK, size: SIZE });
    a = backend.attach({ node: 'A' });
    b = backend.attach({ node: 'B' });
  });
  afterEach(() => backend.close());

  const write = (client: LocalClient, name: string, at: number, byte: number): void =>
    client.submit(
      { op: 'write', offset: at * BLOCK, length: BLOCK, data: block(byte), fua: false },
      (errno) => answers.push([name, errno, time.now() / NS_PER_MS]),
    );
  const byteAt = async (at: number): Promise<number> => (await backend.read(at * BLOCK, 1))[0]!;
  const kinds = async () => {
    await backend.close();
    const { records } = decodeJournal(backend.journal()!);
    return records.map((record) => record.kind);
  };

  it('is served as one over NBD is: journaled from its reception to its answer', async () => {
    write(a, 'first', 0, 1);
    b.submit({ op: 'read', offset: 0, length: BLOCK, fua: false }, (errno, data) => {
      answers.push(['read', errno, data![0]!]);
    });
    expect(answers).toEqual([
      ['first', 0, 0],
      ['read', 0, 1],
    ]);
    a.disconnect();
    expect(await kinds()).toEqual([
      ...['export', 'connect', 'export', 'connect'],
      ...['received', 'applied', 'replied', 'received', 'applied', 'replied'],
      ...['disconnect', 'end'],
    ]);
  });

  it('waits for what a hold keeps, which goes over newer writes of others on release', async () => {
    const hold = backend.hold({ nodes: ['A'] });
    write(a, 'old', 3, 1);
    write(b, 'new', 3, 2);
    expect(answers).toEqual([['new', 0, 0]]);
    time.runTo(5 * NS_PER_MS);
    backend.release(hold);
    expect(answers[1]).toEqual(['old', 0, 5]);
    expect(await byteAt(3)).toBe(1);
  });

  it('is applied on release when it has gone, and not told', async () => {
    backend.hold({ nodes: ['A'] });
    write(a, 'old', 3, 1);
    a.disconnect();
    backend.release();
    expect(answers).toEqual([]);
    expect(await byteAt(3)).toBe(1);
  });

  it('waits as long as its node is slowed down, on the backend’s clock', () => {
    backend.slow({ nodes: ['A'], ms: 20 });
    write(a, 'slow', 0, 1);
    time.runTo(19 * NS_PER_MS);
    expect(answers).toEqual([]);
    time.runTo(30 * NS_PER_MS);
    expect(answers).toEqual([['slow', 0, 20]]);
  });

  it('is told of errors', async () => {
    backend.fail({ nodes: ['A'], errno: 28 });
    write(a, 'failed', 0, 1);
    expect(answers).toEqual([['failed', 28, 0]]);
    expect(await byteAt(0)).toBe(0);
  });

  it('makes the same journal of the same requests', async () => {
    write(a, 'one', 0, 1);
    await backend.close();
    const first = backend.journal()!;
    const options = { clock: new VirtualTime(), medium: 'memory', journalPath: null } as const;
    const again = await Backend.open({ ...options, blockSize: BLOCK, size: SIZE });
    const client = again.attach({ node: 'A' });
    again.attach({ node: 'B' });
    write(client, 'one', 0, 1);
    await again.close();
    expect(Buffer.from(again.journal()!).equals(first)).toBe(true);
  });
});
