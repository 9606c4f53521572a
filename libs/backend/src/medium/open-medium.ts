import { FileMedium } from './file-medium.js';
import { MemoryMedium } from './memory-medium.js';
import type { Medium } from './medium.js';
import { SparseMedium } from './sparse-medium.js';

/**
 * Where the bytes are kept: in memory, set aside at once (`memory`) or as it is written (`sparse`), or in a new sparse
 * file at this path.
 */
export type MediumChoice = 'memory' | 'sparse' | { readonly file: string };

/** Makes an empty medium of `size` bytes. */
export async function openMedium(choice: MediumChoice, size: number): Promise<Medium> {
  if (choice === 'memory') return new MemoryMedium(size);
  return choice === 'sparse' ? new SparseMedium(size) : FileMedium.create(choice.file, size);
}
