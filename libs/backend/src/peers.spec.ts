import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SIZE, TestBackend } from './backend.testing.js';

const run = promisify(execFile);
const has = (tool: string) => existsSync(`/usr/bin/${tool}`);

let lab: TestBackend;
let uri = '';

afterEach(async () => {
  await lab.dispose();
});

describe.each(['memory', 'file'] as const)('other people’s clients, medium in %s', (medium) => {
  beforeEach(async () => {
    lab = await TestBackend.open(medium);
    uri = `nbd+unix:///disk-A?socket=${lab.socket('A')}`;
  });

  it.runIf(has('qemu-io'))(
    'QEMU’s block client writes, zeroes, trims, flushes, reads',
    async () => {
      const commands = [
        'write -P 7 0 256k',
        'read -P 7 0 256k',
        'write -z 4k 8k',
        'read -P 0 4k 8k',
        'write -f -P 9 100k 4k',
        'discard 64k 4k',
        'read -P 9 100k 4k',
        'flush',
      ];
      const args = commands.flatMap((command) => ['-c', command]);
      const { stdout } = await run('qemu-io', ['-f', 'raw', ...args, uri]);
      expect(stdout).not.toMatch(/failed|error/i);
      const ops = (await lab.journal()).records.flatMap((record) =>
        record.kind === 'received' ? [record.op] : [],
      );
      expect(new Set(ops)).toEqual(new Set(['write', 'read', 'write-zeroes', 'trim', 'flush']));
    },
  );

  it.runIf(has('qemu-img'))(
    'QEMU’s image tool sees the size and copies there and back',
    async () => {
      const { stdout } = await run('qemu-img', ['info', '--output=json', uri]);
      expect(JSON.parse(stdout)).toMatchObject({ 'virtual-size': SIZE });
      const source = join(lab.folder, 'source');
      await writeFile(
        source,
        Uint8Array.from({ length: SIZE }, (_, index) => (index * 31) >> 8),
      );
      await run('qemu-img', ['convert', '-n', '-f', 'raw', '-O', 'raw', source, uri]);
      const compared = await run('qemu-img', ['compare', '-f', 'raw', '-F', 'raw', source, uri]);
      expect(compared.stdout).toContain('identical');
    },
  );

  it.runIf(has('nbdinfo'))('libnbd lists it and sees what it can do', async () => {
    const { stdout } = await run('nbdinfo', ['--json', uri]);
    const found = JSON.parse(stdout) as { protocol: string; exports: unknown[] };
    expect(found.protocol).toBe('newstyle-fixed');
    expect(found.exports).toMatchObject([
      {
        'export-name': 'disk-A',
        'export-size': SIZE,
        can_multi_conn: true,
        can_fua: true,
        can_trim: true,
        can_zero: true,
        block_size_preferred: 4096,
      },
    ]);
  });

  it.runIf(has('nbdcopy'))('libnbd copies over several connections at once', async () => {
    const source = join(lab.folder, 'source');
    const bytes = Uint8Array.from({ length: SIZE }, (_, index) => (index * 17) >> 7);
    await writeFile(source, bytes);
    await run('nbdcopy', ['--connections=4', source, uri]);
    expect(Buffer.compare(await lab.backend.read(0, SIZE), bytes)).toBe(0);
  });
});
