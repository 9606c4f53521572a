import { fioOptionsSchema, NS_PER_MS, VirtualTime, type FioOptions } from '@fenceline/contracts';
import { RoomPool } from '@fenceline/nvme';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Medium, MediumRequest, MediumResult } from '../../transport.js';
import { seeded } from '../host-setup.testing.js';
import { fillPayload, readBlock } from './payload.js';
import { Workload } from './workload.js';

const BLOCK = 512;

/** A disk in memory that answers after a time, and remembers what it was asked. */
class TestDisk implements Medium {
  readonly blockSize = BLOCK;
  readonly bytes = new Uint8Array(256 * BLOCK);
  readonly size = this.bytes.length;
  readonly requests: { t: number; request: MediumRequest }[] = [];
  losesWrites = false;
  /** Reads that came after a write had been lost. */
  readsOfLost = 0;
  #hasLost = false;
  inFlight = 0;
  mostInFlight = 0;
  /** How a request ends instead of well. */
  fail: (request: MediumRequest) => string | null = () => null;

  constructor(
    readonly time: VirtualTime,
    readonly latencyMs: number,
  ) {}

  submit(request: MediumRequest, done: (result: MediumResult) => void): void {
    this.requests.push({ t: this.time.now(), request });
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    this.time.at(this.time.now() + this.latencyMs * NS_PER_MS, () => {
      this.inFlight--;
      const error = this.fail(request);
      if (error !== null) done({ ok: false, error });
      else if (request.op === 'read') {
        const { offset, length } = request;
        if (this.#hasLost) this.readsOfLost++;
        done({ ok: true, data: this.bytes.slice(offset, offset + length) });
      } else {
        if (request.op === 'write') {
          if (this.losesWrites) this.#hasLost = true;
          else this.bytes.set(request.data, request.offset);
        }
        if (request.op === 'trim')
          this.bytes.fill(0, request.offset, request.offset + request.length);
        done({ ok: true });
      }
    });
  }

  of(op: MediumRequest['op']) {
    return this.requests.filter(({ request }) => request.op === op);
  }
}

function run(options: Record<string, unknown>, latencyMs = 1, prepare?: (disk: TestDisk) => void) {
  const time = new VirtualTime();
  const disk = new TestDisk(time, latencyMs);
  prepare?.(disk);
  const fio: FioOptions = fioOptionsSchema.parse({
    size: '32k',
    runtime: '1s',
    bs: '4k',
    ...options,
  });
  const results: unknown[] = [];
  const workload = new Workload(disk, time, seeded(1), fio, (result) => results.push(result));
  return {
    disk,
    time,
    workload,
    finish: () => {
      while (time.step());
      expect(results).toHaveLength(1);
      expect(disk.inFlight).toBe(0);
      return results[0];
    },
  };
}

describe('a workload', () => {
  it('keeps to its rate', () => {
    const { disk, finish } = run({ rate_iops: 50, numjobs: 2, offset_increment: '32k' });
    expect(finish()).toMatchObject({ ok: true, errors: 0, writes: 100, reads: 0 });
    const firstJob = disk
      .of('write')
      .flatMap(({ t, request }) =>
        request.op === 'write' && request.offset < 32 * 1024 ? [t] : [],
      );
    expect(firstJob.slice(1).every((t, i) => t - firstJob[i]! === 20 * NS_PER_MS)).toBe(true);
  });

  it('keeps its depth in flight without two at one place', () => {
    const { disk, finish } = run({ iodepth: 16 }, 10);
    finish();
    expect(disk.mostInFlight).toBe(8);
  });

  it('writes no bytes twice', () => {
    const { disk, finish } = run({ iodepth: 4, numjobs: 3, bs: 1024 });
    finish();
    const blocks = disk.of('write').flatMap(({ request }) => {
      if (request.op !== 'write') return [];
      return [0, BLOCK].map((at) =>
        Buffer.from(request.data.subarray(at, at + BLOCK)).toString('latin1'),
      );
    });
    expect(blocks.length).toBeGreaterThan(100);
    expect(new Set(blocks).size).toBe(blocks.length);
  });

  it('goes over its region once where it is not time based, or does a number of I/Os', () => {
    const once = run({ time_based: 0, rw: 'write' });
    expect(once.finish()).toMatchObject({ writes: 8 });
    const offsets = once.disk
      .of('write')
      .map(({ request }) => 'offset' in request && request.offset);
    expect(offsets).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((i) => i * 4096));
    expect(run({ number_ios: 3 }).finish()).toMatchObject({ writes: 3 });
  });

  it('reads what it wrote, and flushes and trims as asked', () => {
    const { disk, finish } = run({ rw: 'randrw', rwmixread: 40, fsync: 5, sync: 1, iodepth: 2 });
    expect(finish()).toMatchObject({ ok: true, staleReads: 0 });
    expect(disk.of('read').length).toBeGreaterThan(100);
    const writes = disk.of('write');
    expect(Math.abs(disk.of('flush').length - writes.length / 5)).toBeLessThan(1);
    expect(writes.every(({ request }) => request.op === 'write' && request.fua)).toBe(true);
    const trims = run({ rw: 'trimwrite' });
    expect(trims.finish()).toMatchObject({ ok: true });
    expect(trims.disk.of('trim')).toHaveLength(trims.disk.of('write').length);
  });

  it('sees an older write, and bytes that are nobody’s', () => {
    const stale = run({ rw: 'randrw', size: '4k' }, 1, (disk) => {
      disk.time.at(100 * NS_PER_MS, () => (disk.losesWrites = true));
    });
    const seen = stale.finish();
    expect(seen).toMatchObject({ ok: true, errors: 0, staleReads: stale.disk.readsOfLost });
    expect(stale.disk.readsOfLost).toBeGreaterThan(100);
    const damaged = run({ rw: 'randrw', size: '4k' }, 1, (disk) => {
      disk.time.at(100 * NS_PER_MS, () => (disk.bytes[700]! ^= 1));
    });
    expect(damaged.finish()).toMatchObject({
      ok: false,
      message: 'verify: the block at 512 is not as it was written',
    });
  });

  it('reports errors and how long it stood still', () => {
    const failing = run({ number_ios: 4 }, 250, (disk) => {
      disk.fail = ({ op }) => (op === 'write' && disk.requests.length === 2 ? 'EIO' : null);
    });
    expect(failing.finish()).toMatchObject({
      ok: false,
      errors: 1,
      message: 'write: EIO',
      worstLatencyNs: 250 * NS_PER_MS,
      longestStallMs: 250,
    });
  });

  it('ends at its time, or when it is told to, with nothing in flight', () => {
    const { disk, time, workload, finish } = run({ runtime: '10s', startdelay: '100ms' }, 30);
    time.runTo(99 * NS_PER_MS);
    expect(disk.requests).toHaveLength(0);
    time.runTo(200 * NS_PER_MS);
    workload.stop();
    expect(disk.inFlight).toBe(1);
    expect(finish()).toMatchObject({ ok: true, writes: 4 });
    const early = run({ startdelay: '100ms' });
    early.workload.stop();
    expect(early.finish()).toMatchObject({ ok: true, writes: 0, worstLatencyNs: null });
  });
});

describe('the memory of writes', () => {
  it('is used again only where nothing can send them any more', () => {
    const time = new VirtualTime();
    const answers: MediumResult[] = [
      { ok: true, sentOnce: true },
      { ok: true },
      { ok: false, error: 'EIO' },
    ];
    const written: Uint8Array[] = [];
    const mayComeAgain: boolean[] = [];
    const medium: Medium = {
      blockSize: BLOCK,
      size: 256 * BLOCK,
      submit: (request, done) => {
        if (request.op !== 'write') throw new Error(`a ${request.op} of a job that only writes`);
        const answer = answers[written.length % answers.length]!;
        const before = written.lastIndexOf(request.data);
        if (before >= 0) expect(mayComeAgain[before]).toBe(true);
        written.push(request.data);
        mayComeAgain.push(answer.ok && answer.sentOnce === true);
        time.at(time.now() + NS_PER_MS, () => done(answer));
      },
    };
    const fio = fioOptionsSchema.parse({ size: '32k', runtime: '1s', bs: '4k', number_ios: 60 });
    const workload = (payloads: RoomPool | null) => {
      written.length = 0;
      mayComeAgain.length = 0;
      new Workload(medium, time, seeded(1), fio, () => undefined, payloads);
      while (time.step());
      return new Set(written).size;
    };
    const fresh = workload(null);
    expect(fresh).toBe(written.length);
    // Of every three writes one gives its memory back, and the next one takes it.
    expect(written.length).toBeGreaterThan(3);
    expect(workload(new RoomPool())).toBe(Math.floor((written.length * 2) / 3));
  });
});

describe('a payload', () => {
  it('is known again by its block, and by no other place', () => {
    const word = fc.integer({ min: 0, max: 0xffff_ffff });
    const stamps = fc.record({ nonce: word, job: fc.nat(63), sequence: word });
    const places = fc.integer({ min: 0, max: 2 ** 40 }).map((block) => block * BLOCK);
    fc.assert(
      fc.property(stamps, places, fc.integer({ min: 0, max: BLOCK - 1 }), (stamp, offset, at) => {
        const bytes = new Uint8Array(2 * BLOCK).fill(0xff);
        fillPayload(bytes, stamp, offset, BLOCK);
        const block = bytes.subarray(BLOCK);
        expect(readBlock(block, offset + BLOCK)).toEqual({ kind: 'stamped', stamp });
        expect(readBlock(block, offset).kind).toBe('damaged');
        block[at]! ^= 0x80;
        expect(readBlock(block, offset + BLOCK).kind).toBe(at < 4 ? 'foreign' : 'damaged');
      }),
    );
  });
});
