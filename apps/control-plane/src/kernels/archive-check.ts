import { ArchiveError, decompress, readTar, TarError } from '@fenceline/archive';
import { readPackedKernel, VmError, type PackedKernel } from '@fenceline/vm';
import { Problem } from '../http/problem.js';

const MIB = 2 ** 20;

/** A guest image unpacks to at most this many times its size, and some room for small ones. */
const MOST_RATIO = 100;
const imageLimits = { bytes: 4096 * MIB, entries: 20_000 };

/**
 * Checks a packed kernel as it is read; nothing of it is written anywhere.
 *
 * @throws Problem `invalid-archive`
 */
export async function checkKernel(
  bytes: AsyncIterable<Uint8Array>,
  size: number,
): Promise<PackedKernel> {
  try {
    return await readPackedKernel(bytes, size);
  } catch (error) {
    throw error instanceof VmError ? invalid(error.message, error) : error;
  }
}

/**
 * Checks that a guest image is a tar file, compressed by zstd, of plain files below one folder, and no bomb.
 *
 * @throws Problem `invalid-archive`
 */
export async function checkImage(bytes: AsyncIterable<Uint8Array>, size: number): Promise<void> {
  const limits = { ...imageLimits, bytes: Math.min(imageLimits.bytes, size * MOST_RATIO + MIB) };
  const seen = new Set<string>();
  try {
    await readTar(decompress(bytes), limits, async ({ name, content }) => {
      if (seen.has(name)) throw new TarError(`it has ${name} twice`);
      seen.add(name);
      const chunks = content[Symbol.asyncIterator]();
      while ((await chunks.next()).done !== true);
    });
    if (seen.size === 0) throw new TarError('it holds no file');
  } catch (error) {
    if (error instanceof TarError || error instanceof ArchiveError) {
      throw invalid(`It is not a guest image: ${error.message}.`, error);
    }
    throw error;
  }
}

function invalid(detail: string, cause: Error): Problem {
  return new Problem('invalid-archive', detail, {
    mend: 'docs/artifacts.md has what such a file holds.',
    cause,
  });
}
