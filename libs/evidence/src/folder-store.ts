import type { Manifest } from '@fenceline/contracts';
import { createReadStream } from 'node:fs';
import { access, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, evidenceError } from './evidence-error.js';
import type { PartStore } from './part-store.js';
import { checkSeal, type SealCheck } from './seal.js';

const chunkBytes = 256 * 1024;

/** The parts of a recording in a folder. */
export class FolderStore implements PartStore {
  constructor(private readonly dir: string) {}

  nameOf(part: string): string {
    return join(this.dir, part);
  }

  async has(part: string): Promise<boolean> {
    return access(this.nameOf(part)).then(
      () => true,
      () => false,
    );
  }

  async list(folder: string): Promise<string[]> {
    try {
      return (await readdir(this.nameOf(folder))).sort();
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw evidenceError('list', this.nameOf(folder), error);
    }
  }

  async text(part: string): Promise<string> {
    try {
      return await readFile(this.nameOf(part), 'utf8');
    } catch (error) {
      throw evidenceError('read', this.nameOf(part), error);
    }
  }

  async *stream(part: string): AsyncGenerator<Uint8Array> {
    const file = createReadStream(this.nameOf(part), { highWaterMark: chunkBytes });
    try {
      for await (const chunk of file) {
        // Not as the Buffer that it is: parts of one are Buffers again, which take several times as long to make.
        const { buffer, byteOffset, byteLength } = chunk as Buffer<ArrayBuffer>;
        yield new Uint8Array(buffer, byteOffset, byteLength);
      }
    } catch (error) {
      throw evidenceError('read', this.nameOf(part), error);
    } finally {
      file.destroy();
    }
  }

  checkSeal(manifest: Manifest & { complete: true }): Promise<SealCheck> {
    return checkSeal(this.dir, manifest);
  }
}
