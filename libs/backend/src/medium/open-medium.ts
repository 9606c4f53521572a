import { FileMedium } from './file-medium.js';
import { MemoryMedium } from './memory-medium.js';
import type { Medium } from './medium.js';

/** Where the bytes are kept: in memory, or in a new sparse file at this path. */
export type MediumChoice = 'memory' | { readonly file: string };

/** Makes an empty medium of `size` bytes. */
export async function openMedium(choice: MediumChoice, size: number): Promise<Medium> {
  return choice === 'memory' ? new MemoryMedium(size) : FileMedium.create(choice.file, size);
}
