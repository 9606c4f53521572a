import type { Manifest } from '@fenceline/contracts';
import type { SealCheck } from './seal.js';

/** Where the parts of one recording lie: a folder, or memory. Names of parts have been checked. */
export interface PartStore {
  /** What errors call a part. */
  nameOf(part: string): string;
  has(part: string): Promise<boolean>;
  /** Names of the parts in a folder of the recording, without it, sorted. */
  list(folder: string): Promise<string[]>;
  text(part: string): Promise<string>;
  stream(part: string): AsyncGenerator<Uint8Array>;
  /** Compares every part with the seal. */
  checkSeal(manifest: Manifest & { complete: true }): Promise<SealCheck>;
}
