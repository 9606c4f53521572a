import { fioBytes, fioIsOn, type FioOptions } from '@fenceline/contracts';
import type { Random } from '../../transport.js';

/** What a job does next, and where, in bytes. */
export interface NextIo {
  op: 'read' | 'write' | 'trim' | 'trim-and-write';
  offset: number;
}

/** The order in which a job goes over its region, as fio's `rw` says. */
export class Pattern {
  readonly blockBytes: number;
  readonly #fio: FioOptions;
  readonly #random: Random;
  readonly #from: number;
  /** I/Os that the region has room for. */
  readonly #places: number;
  /** Places left in this pass, in a random order; empty for a sequential pattern. */
  #left: number[] = [];
  #next = 0;

  /**
   * @param job number of the job, from 0: jobs are `offset_increment` apart
   */
  constructor(fio: FioOptions, job: number, random: Random) {
    this.#fio = fio;
    this.#random = random;
    this.blockBytes = fioBytes(fio.bs);
    this.#from = fioBytes(fio.offset) + fioBytes(fio.offset_increment) * job;
    this.#places = Math.floor(fioBytes(fio.size) / this.blockBytes);
  }

  /** I/Os of one pass over the region. */
  get pass(): number {
    return this.#places;
  }

  next(): NextIo {
    return { op: this.#nextOp(), offset: this.#from + this.#nextPlace() * this.blockBytes };
  }

  #nextOp(): NextIo['op'] {
    switch (this.#fio.rw) {
      case 'read':
      case 'randread':
        return 'read';
      case 'write':
      case 'randwrite':
        return 'write';
      case 'trim':
      case 'randtrim':
        return 'trim';
      case 'trimwrite':
        return 'trim-and-write';
      case 'rw':
      case 'readwrite':
      case 'randrw':
        return this.#random() % 100 < (this.#fio.rwmixread ?? 50) ? 'read' : 'write';
    }
  }

  #nextPlace(): number {
    if (!this.#fio.rw.startsWith('rand')) {
      const place = this.#next;
      this.#next = (place + 1) % this.#places;
      return place;
    }
    if (fioIsOn(this.#fio.norandommap)) return this.#random() % this.#places;
    if (this.#left.length === 0) this.#left = Array.from({ length: this.#places }, (_, i) => i);
    const at = this.#random() % this.#left.length;
    const place = this.#left[at]!;
    this.#left[at] = this.#left.at(-1)!;
    this.#left.pop();
    return place;
  }
}
