import { fioIsOn, fioMs, fioWrites, NS_PER_MS, NS_PER_S } from '@fenceline/contracts';
import type { FioOptions, Scheduler } from '@fenceline/contracts';
import { roomFor, type RoomPool } from '@fenceline/nvme';
import type { Medium, MediumRequest, MediumResult, Random } from '../../transport.js';
import { Pattern, type NextIo } from './pattern.js';
import { fillPayload, readBlock, type Stamp } from './payload.js';
import type { Tally } from './tally.js';

export interface JobParts {
  medium: Medium;
  scheduler: Scheduler;
  random: Random;
  fio: FioOptions;
  /** From 0. */
  number: number;
  /** Of the workload. */
  nonce: number;
  /** No other job writes to this job's region: then it knows what it must read. */
  ownsRegion: boolean;
  tally: Tally;
  /** See `Workload`. */
  payloads: RoomPool | null;
  /** Called once: nothing is outstanding, and nothing more will be begun. */
  ended: () => void;
}

/**
 * One job of a workload. It keeps `iodepth` I/Os in flight, or begins `rate_iops` a second, and never two at one
 * place at a time, so that what a block holds is always known.
 */
export class Job {
  readonly #parts: JobParts;
  readonly #pattern: Pattern;
  readonly #verifies: boolean;
  readonly #endsAt: number;
  readonly #limit: number;
  #state: 'waiting' | 'running' | 'stopping' | 'ended' = 'waiting';
  #begun = 0;
  #writesSinceFlush = 0;
  #sequence = 0;
  #inFlight = 0;
  /** An I/O that has to wait for another at its place. */
  #next: NextIo | null = null;
  readonly #busy = new Set<number>();
  /** The last write done at each place; null after a trim or an error, when it is not known. */
  readonly #last = new Map<number, number | null>();
  /** With `rate_iops`: when the next may begin, in ns. */
  #nextAt: number;
  #cancelPace: () => void = () => undefined;
  #cancelTimer: () => void;

  constructor(parts: JobParts) {
    this.#parts = parts;
    const { fio, scheduler, number, random } = parts;
    this.#pattern = new Pattern(fio, number, random);
    this.#verifies = (fio.verify ?? (fioWrites(fio) ? 'crc32c' : 'none')) !== 'none';
    this.#limit = fio.number_ios ?? (fioIsOn(fio.time_based) ? Infinity : this.#pattern.pass);
    const startAt =
      scheduler.now() + (fio.startdelay === undefined ? 0 : fioMs(fio.startdelay)) * NS_PER_MS;
    this.#endsAt = startAt + fioMs(fio.runtime) * NS_PER_MS;
    this.#nextAt = startAt;
    this.#cancelTimer = scheduler.at(startAt, () => {
      this.#state = 'running';
      this.#cancelTimer = scheduler.at(this.#endsAt, () => this.stop());
      this.#goOn();
    });
  }

  /** Begins nothing more; `ended` follows when what is in flight has come back. */
  stop(): void {
    if (this.#state === 'ended') return;
    this.#state = 'stopping';
    this.#cancelTimer();
    this.#endIfDone();
  }

  #goOn(): void {
    const { fio, scheduler } = this.#parts;
    while (this.#state === 'running' && this.#inFlight < fio.iodepth) {
      if (this.#begun >= this.#limit) {
        this.stop();
        return;
      }
      if (this.#isPaced(scheduler.now())) return;
      const io = (this.#next ??= this.#pattern.next());
      if (this.#busy.has(io.offset)) return;
      this.#next = null;
      this.#begin(io);
    }
  }

  /** Whether the next I/O must wait for its time; it is then begun by a timer. */
  #isPaced(now: number): boolean {
    const { fio, scheduler } = this.#parts;
    if (fio.rate_iops === undefined) return false;
    if (now >= this.#nextAt) {
      this.#nextAt =
        Math.max(this.#nextAt, now - NS_PER_S / fio.rate_iops) + NS_PER_S / fio.rate_iops;
      return false;
    }
    this.#cancelPace();
    this.#cancelPace = scheduler.at(this.#nextAt, () => this.#goOn());
    return true;
  }

  #begin(io: NextIo): void {
    const { fio } = this.#parts;
    this.#begun++;
    this.#busy.add(io.offset);
    switch (io.op) {
      case 'read':
        this.#read(io.offset);
        break;
      case 'write':
        this.#write(io.offset);
        break;
      case 'trim':
        this.#trim(io.offset, () => this.#placeDone(io.offset));
        break;
      case 'trim-and-write':
        this.#trim(io.offset, () => this.#write(io.offset));
    }
    if (fio.fsync !== undefined && this.#writesSinceFlush >= fio.fsync) {
      this.#writesSinceFlush = 0;
      this.#submit({ op: 'flush' }, () => this.#goOn());
    }
  }

  #read(offset: number): void {
    const length = this.#pattern.blockBytes;
    this.#parts.tally.read();
    this.#submit({ op: 'read', offset, length }, (result) => {
      if (result.ok && result.data !== undefined && this.#verifies) {
        this.#check(offset, result.data);
      }
      this.#placeDone(offset);
    });
  }

  #write(offset: number): void {
    const { fio, medium, number: job, nonce, tally, payloads } = this.#parts;
    const { blockBytes } = this.#pattern;
    const stamp: Stamp = { nonce, job, sequence: this.#sequence++ };
    const data = payloads?.take(blockBytes) ?? roomFor(blockBytes);
    fillPayload(data, stamp, offset, medium.blockSize);
    tally.wrote();
    this.#writesSinceFlush++;
    this.#submit({ op: 'write', offset, data, fua: fioIsOn(fio.sync) }, (result) => {
      this.#last.set(offset, result.ok ? stamp.sequence : null);
      // What was sent again, or not answered, may still lie with a connection that was lost.
      if (result.ok && result.sentOnce) payloads?.giveBack(data);
      this.#placeDone(offset);
    });
  }

  #trim(offset: number, then: () => void): void {
    this.#submit({ op: 'trim', offset, length: this.#pattern.blockBytes }, () => {
      this.#last.set(offset, null);
      then();
    });
  }

  #submit(request: MediumRequest, then: (result: MediumResult) => void): void {
    const { medium, scheduler, tally } = this.#parts;
    const begunAt = scheduler.now();
    this.#inFlight++;
    tally.begun();
    medium.submit(request, (result) => {
      this.#inFlight--;
      tally.done(begunAt);
      if (!result.ok) tally.failed(`${request.op}: ${result.error}`);
      then(result);
      this.#endIfDone();
    });
  }

  #placeDone(offset: number): void {
    this.#busy.delete(offset);
    this.#goOn();
  }

  #check(offset: number, data: Uint8Array): void {
    const { blockSize } = this.#parts.medium;
    let isStale = false;
    for (let at = 0; at < data.length; at += blockSize) {
      const content = readBlock(data.subarray(at, at + blockSize), offset + at);
      if (content.kind === 'damaged') this.#parts.tally.damaged(`verify: ${content.why}`);
      else isStale ||= this.#isOlder(content, this.#last.get(offset));
    }
    if (isStale) this.#parts.tally.stale();
  }

  #isOlder(content: ReturnType<typeof readBlock>, last: number | null | undefined): boolean {
    const { ownsRegion, nonce, number } = this.#parts;
    if (!ownsRegion || last === undefined || last === null) return false;
    if (content.kind !== 'stamped') return true;
    const { stamp } = content;
    return stamp.nonce !== nonce || stamp.job !== number || stamp.sequence < last;
  }

  #endIfDone(): void {
    if (this.#state !== 'stopping' || this.#inFlight > 0) return;
    this.#state = 'ended';
    this.#cancelPace();
    this.#parts.ended();
  }
}
