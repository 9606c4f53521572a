import { JournalEncoder } from '@fenceline/capture';
import type { Journal } from './journal.js';

/** A journal in memory. Its bytes depend on what was recorded alone, not on when. */
export class MemoryJournal implements Journal {
  readonly encoder: JournalEncoder;
  readonly full = false;
  #bytes: Uint8Array | null = null;

  constructor(blockSize: number) {
    this.encoder = new JournalEncoder(blockSize);
  }

  /** The whole journal, as its file would be; null before it is closed. */
  get bytes(): Uint8Array | null {
    return this.#bytes;
  }

  touched(): void {
    // It is where it belongs.
  }

  close(t: number): Promise<void> {
    this.encoder.ended(t);
    // Nothing follows: the encoder needs no room any more.
    this.#bytes = this.encoder.take(new Uint8Array(0));
    return Promise.resolve();
  }
}
