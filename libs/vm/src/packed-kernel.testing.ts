import { compress, tarBytes, writeTar } from '@fenceline/archive';
import type { ImageRole } from '@fenceline/contracts';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBzImage } from './bzimage.testing.js';

/** A tar file compressed by zstd, of these names and contents. */
export async function makePackedFile(
  files: readonly (readonly [string, Uint8Array | string])[],
): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'fenceline-packed-'));
  try {
    const entries = files.map(([name, content]) => {
      const bytes = Buffer.from(content);
      async function* chunks(): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(bytes);
      }
      return { name, size: bytes.length, content: chunks };
    });
    const file = join(folder, 'packed.tar.zst');
    await compress(writeTar(entries), tarBytes(entries), file);
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The files of a packed kernel that is one by its form alone. */
export function packedKernelFiles(
  release: string,
  capabilities: readonly string[] = [],
): [string, Uint8Array | string][] {
  const manifest = { schema: 'fenceline.packed-kernel/v1', release, version: 'test', capabilities };
  return [
    ['kernel.json', JSON.stringify(manifest)],
    ['vmlinuz', makeBzImage(release)],
    ['modules/nvme_tcp.ko', 'x'],
  ];
}

/** The files of a packed guest image that is one by its form alone. */
export function packedImageFiles(
  role: ImageRole,
  release: string,
  content = 'an image',
): [string, Uint8Array | string][] {
  const image = Buffer.from(content);
  const manifest = {
    ...{ schema: 'fenceline.packed-image/v1', role, release, size: image.length },
    sha256: createHash('sha256').update(image).digest('hex'),
    packages: [{ name: 'fio', version: '3.33-3', sha256: 'f'.repeat(64) }],
  };
  return [
    ['image.json', JSON.stringify(manifest)],
    ['image.cpio', image],
  ];
}
