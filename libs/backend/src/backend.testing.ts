import { decodeJournal, hashBlock } from '@fenceline/capture';
import type { DecodedJournal, JournalRecord } from '@fenceline/capture';
import { NS_PER_MS, type Scheduler } from '@fenceline/contracts';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Backend } from './backend.js';
import type { BackendEvents } from './backend-options.js';
import { NbdClient } from './nbd/nbd-client.testing.js';
import type { Request } from './request.js';

export const BLOCK = 4096;
export const SIZE = 1024 * 1024;

/** A clock whose every reading is later than the one before, with timers of the machine's time. */
export function steppingClock(): Scheduler {
  let now = 0;
  return {
    now: () => ++now,
    at: (t, callback) => {
      const timer = setTimeout(callback, (t - now) / NS_PER_MS);
      return () => clearTimeout(timer);
    },
  };
}

/** A backend in a folder of its own with the nodes A and B, and what a test needs around it. */
export class TestBackend {
  readonly backend: Backend;
  readonly folder: string;
  readonly #clients: NbdClient[] = [];

  private constructor(backend: Backend, folder: string) {
    this.backend = backend;
    this.folder = folder;
  }

  static async open(
    medium: 'memory' | 'file' = 'memory',
    size = SIZE,
    blockSize = BLOCK,
  ): Promise<TestBackend> {
    const folder = await mkdtemp(join(tmpdir(), 'fenceline-backend-'));
    const backend = await Backend.open({
      clock: steppingClock(),
      medium: medium === 'memory' ? 'memory' : { file: join(folder, 'medium.img') },
      journalPath: join(folder, 'journal.fjl'),
      blockSize,
      size,
    });
    for (const node of ['A', 'B']) {
      await backend.addExport({ name: `disk-${node}`, socket: join(folder, node), node });
    }
    return new TestBackend(backend, folder);
  }

  socket(node: string): string {
    return join(this.folder, node);
  }

  async client(node: string): Promise<NbdClient> {
    const client = await NbdClient.open(this.socket(node));
    this.#clients.push(client);
    return client;
  }

  /** Resolves with the next request of which the event is told. */
  next(event: Exclude<keyof BackendEvents, 'idle'>): Promise<Request> {
    return new Promise((resolve) => {
      const off = this.backend.on(event, (request) => {
        off();
        resolve(request);
      });
    });
  }

  /** Closes the backend and reads its journal. */
  async journal(): Promise<DecodedJournal> {
    await this.backend.close();
    return this.#readJournal();
  }

  /** What has reached the journal's file while the backend runs. */
  async journalSoFar(): Promise<readonly JournalRecord[]> {
    return (await this.#readJournal()).records;
  }

  async #readJournal(): Promise<DecodedJournal> {
    return decodeJournal(await readFile(join(this.folder, 'journal.fjl')));
  }

  async dispose(): Promise<void> {
    await this.backend.close();
    for (const client of this.#clients) await client.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A block filled with one byte. */
export function block(byte: number, blocks = 1): Uint8Array {
  return new Uint8Array(BLOCK * blocks).fill(byte);
}

/** The hash of each block, by the library and a block at a time. */
export function hashesOf(bytes: Uint8Array, blockSize = BLOCK): bigint[] {
  const hashes: bigint[] = [];
  for (let at = 0; at < bytes.length; at += blockSize) {
    hashes.push(hashBlock(bytes.subarray(at, at + blockSize)));
  }
  return hashes;
}
