import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ServiceUnreachable } from '@fenceline/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Artifact } from './documents.js';
import { download } from './download.js';

const content = randomBytes(1000);
const artifact: Artifact = {
  id: 'a',
  attemptId: 'b',
  kind: 'evidence',
  name: 'evidence.tar.zst',
  size: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
};
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-download-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A service whose connections bring so many bytes each, and then are cut. */
function cutAfter(counts: number[], bytes = content) {
  const offsets: number[] = [];
  const read = async function* (offset: number) {
    offsets.push(offset);
    const count = counts.shift() ?? 0;
    await Promise.resolve();
    if (count > 0) yield bytes.subarray(offset, offset + count);
    if (offset + count < bytes.length) throw new ServiceUnreachable('cut');
  };
  return { read, offsets };
}

const files = () => readdir(folder);

describe('download', () => {
  it('goes on where a connection was cut, and tells how far it is', async () => {
    const { read, offsets } = cutAfter([300, 0, 200, 500]);
    const told: number[] = [];
    const file = await download(artifact, folder, read, (bytes) => told.push(bytes));
    expect(offsets).toEqual([0, 300, 300, 500]);
    expect(told).toEqual([300, 500, 1000]);
    expect(await readFile(file)).toEqual(content);
    expect(await files()).toEqual(['evidence.tar.zst']);
  });

  it('leaves what it has under another name when it gives up, and takes it up again', async () => {
    const first = cutAfter([400]);
    await expect(download(artifact, folder, first.read, () => undefined)).rejects.toThrow('cut');
    expect(first.offsets).toHaveLength(6);
    expect(await files()).toEqual([`evidence.tar.zst.${artifact.sha256.slice(0, 12)}.part`]);
    const second = cutAfter([600]);
    const file = await download(artifact, folder, second.read, () => undefined);
    expect(second.offsets).toEqual([400]);
    expect(await readFile(file)).toEqual(content);
  });

  it('gives up when a stream ends before its end, over and over', async () => {
    const read = async function* () {
      await Promise.resolve();
      yield* [];
    };
    await expect(download(artifact, folder, read, () => undefined)).rejects.toThrow(
      'ended before its end',
    );
  });

  it('removes what is not what was announced', async () => {
    const { read } = cutAfter([1000], randomBytes(1000));
    await expect(download(artifact, folder, read, () => undefined)).rejects.toThrow('SHA-256');
    const longer = cutAfter([1001], randomBytes(1001));
    await expect(download(artifact, folder, longer.read, () => undefined)).rejects.toThrow(
      'longer',
    );
    expect(await files()).not.toContain(artifact.name);
  });

  it('fetches nothing that is there, and replaces nothing else', async () => {
    const target = path.join(folder, artifact.name);
    await writeFile(target, content);
    const { read, offsets } = cutAfter([]);
    expect(await download(artifact, folder, read, () => undefined)).toBe(target);
    expect(offsets).toEqual([]);
    await writeFile(target, 'mine');
    await expect(download(artifact, folder, read, () => undefined)).rejects.toThrow('--out');
    expect(await readFile(target, 'utf8')).toBe('mine');
  });

  it('makes an empty file of nothing', async () => {
    const sha256 = createHash('sha256').digest('hex');
    const { read, offsets } = cutAfter([]);
    const file = await download({ ...artifact, size: 0, sha256 }, folder, read, () => undefined);
    expect(offsets).toEqual([]);
    expect(await readFile(file, 'utf8')).toBe('');
  });

  it('writes to no other folder, whatever the name', async () => {
    const { read } = cutAfter([1000]);
    for (const name of ['../out', '/etc/x', '.hidden', 'a/b', '']) {
      const failure = download({ ...artifact, name }, folder, read, () => undefined);
      await expect(failure, name).rejects.toThrow('no name for a file');
    }
    expect(await files()).toEqual([]);
  });
});
