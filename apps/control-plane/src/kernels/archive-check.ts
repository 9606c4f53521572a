import {
  readPackedImage,
  readPackedKernel,
  VmError,
  type PackedImage,
  type PackedKernel,
} from '@fenceline/vm';
import { Problem } from '../http/problem.js';

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
 * Checks a packed guest image as it is read; nothing of it is written anywhere.
 *
 * @throws Problem `invalid-archive`
 */
export async function checkImage(
  bytes: AsyncIterable<Uint8Array>,
  size: number,
): Promise<PackedImage> {
  try {
    return await readPackedImage(bytes, size);
  } catch (error) {
    throw error instanceof VmError ? invalid(error.message, error) : error;
  }
}

function invalid(detail: string, cause: Error): Problem {
  return new Problem('invalid-archive', detail, {
    mend: 'docs/artifacts.md has what such a file holds.',
    cause,
  });
}
