import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder } from './folder.testing.js';
import type { GuestImage } from './guest-image.js';
import { openImage, packImage, readPackedImage, unpackImage } from './packed-image.js';
import { makePackedFile, packedImageFiles } from './packed-kernel.testing.js';

const content = Buffer.from('070701 and so on'.repeat(1000));
const packages = [{ name: 'fio', version: '3.33-3', sha256: 'f'.repeat(64) }];

async function imageIn(folder: string): Promise<GuestImage> {
  const path = join(folder, 'host.cpio');
  await writeFile(path, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { path, sha256, size: content.length, cached: false, packages };
}

const readBytes = (bytes: Buffer) =>
  readPackedImage(
    (async function* () {
      yield await Promise.resolve(bytes);
    })(),
    bytes.length,
  );

describe('a packed guest image', () => {
  it('is the same bytes again, and unpacks to the image that it was', async () => {
    const folder = await testFolder();
    const image = await imageIn(folder);
    const about = { role: 'host' as const, release: '6.1.0-9' };
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    await packImage(image, about, one);
    await packImage(image, about, two);
    expect(await readFile(two)).toEqual(await readFile(one));

    const { size } = await stat(one);
    const manifest = await readPackedImage(createReadStream(one), size);
    expect(manifest).toMatchObject({ ...about, sha256: image.sha256, packages });

    const to = join(folder, 'unpacked');
    await unpackImage(one, to);
    const opened = await openImage(to);
    expect(opened).toEqual({ ...image, path: join(to, 'image.cpio'), cached: true });
    expect(await readFile(opened.path)).toEqual(content);
    // QEMU reads it as a user of its own.
    expect((await stat(opened.path)).mode & 0o777).toBe(0o644);
  });

  it('is refused where it is not one', async () => {
    const [json, cpio] = packedImageFiles('host', '6.1.0-9') as [
      [string, string],
      [string, Buffer],
    ];
    const without = (field: string): [string, string] => {
      const manifest = JSON.parse(json[1]) as Record<string, unknown>;
      manifest[field] = undefined;
      return ['image.json', JSON.stringify(manifest)];
    };
    const cases: [Buffer, RegExp][] = [
      [Buffer.from('hello'), /is not a packed guest image/],
      [await makePackedFile([json]), /it has no image\.cpio/],
      [await makePackedFile([cpio, json]), /it holds "image\.cpio" where/],
      [await makePackedFile([json, cpio, ['x', '']]), /it holds "x" where/],
      [await makePackedFile([json, ['image.cpio', 'an other']]), /is not the one that/],
      ...(await Promise.all(
        ['role', 'release', 'sha256', 'size', 'packages'].map(
          async (field): Promise<[Buffer, RegExp]> => [
            await makePackedFile([without(field), cpio]),
            /its image\.json is not one/,
          ],
        ),
      )),
    ];
    for (const [bytes, why] of cases) await expect(readBytes(bytes)).rejects.toThrow(why);
  });
});
