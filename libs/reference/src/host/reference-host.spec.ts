import { NS_PER_MS } from '@fenceline/contracts';
import { AdminOpcode, IoOpcode } from '@fenceline/nvme';
import { describe, expect, it } from 'vitest';
import type { MediumRequest, MediumResult } from '../transport.js';
import { liveHost, type HostSetup } from './host-setup.testing.js';

const write = (offset: number, value: number, length = 512): MediumRequest => ({
  op: 'write',
  offset,
  data: new Uint8Array(length).fill(value),
  fua: false,
});

/** Submits a request and hands out where its result will be. */
function submit({ host }: Pick<HostSetup, 'host'>, request: MediumRequest) {
  const end: { result: MediumResult | null } = { result: null };
  host.submit(request, (result) => {
    expect(end.result).toBeNull();
    end.result = result;
  });
  return end;
}

describe('a reference host', () => {
  it('connects each path, and is the medium behind them', () => {
    const { host, array } = liveHost([{}, {}]);
    expect([host.stateOf('A'), host.stateOf('B')]).toEqual(['LIVE', 'LIVE']);
    expect([host.blockSize, host.size]).toEqual([512, 512 * 1024]);
    expect(array.controllers.map(({ katoMs, queues }) => [katoMs, queues.length])).toEqual([
      [5_000, 3],
      [5_000, 3],
    ]);
  });

  it.each([
    ['in the capsule', 512, {}],
    ['behind an R2T', 32 * 1024, {}],
    ['in the capsule, with digests', 4096, { header: true, data: true }],
    ['behind an R2T, with digests', 12 * 1024 + 512, { header: true, data: true }],
    ['behind an R2T, with header digests', 12 * 1024, { header: true }],
  ])('writes with the data %s, and reads back', (_, length, digests) => {
    const setup = liveHost([{ digests }], { digests });
    const request = write(1024, 0, length);
    if (request.op === 'write') request.data.forEach((_, i) => (request.data[i] = i % 251));
    const written = submit(setup, request);
    setup.array.runFor(5);
    expect(written.result).toEqual({ ok: true, sentOnce: true });
    const read = submit(setup, { op: 'read', offset: 1024, length });
    setup.array.runFor(5);
    expect(read.result).toEqual({ ok: true, data: request.op === 'write' && request.data });
  });

  it('flushes, writes zeroes and trims', () => {
    const setup = liveHost([{}]);
    const ends = [
      submit(setup, { op: 'flush' }),
      submit(setup, { op: 'write-zeroes', offset: 0, length: 1024 }),
      submit(setup, { op: 'trim', offset: 512, length: 512 }),
    ];
    setup.array.runFor(5);
    expect(ends.map(({ result }) => result)).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(setup.array.seen.slice(-3).map(({ opcode }) => opcode)).toEqual([
      IoOpcode.flush,
      IoOpcode.writeZeroes,
      IoOpcode.datasetManagement,
    ]);
  });

  it('holds what was in flight on a lost path until CCR success, and sends new commands elsewhere at once', () => {
    const setup = liveHost([{ react: ({ qid }) => (qid > 0 ? 'hold' : undefined) }, {}]);
    const { array, scripts, log } = setup;
    scripts[1]!.react = ({ opcode, qid }) =>
      qid === 0 && opcode === AdminOpcode.crossControllerReset ? {} : undefined;
    const held = submit(setup, write(0, 1));
    array.runFor(10);
    scripts[0]!.isUp = false;
    array.runFor(3_000);
    expect(setup.host.stateOf('A')).toBe('FENCING');
    const fresh = submit(setup, write(512, 2));
    array.runFor(5);
    expect(fresh.result).toEqual({ ok: true, sentOnce: true });
    array.runFor(5_000);
    expect(held.result).toBeNull();
    const [ccr] = array.admin(AdminOpcode.crossControllerReset);
    expect(ccr?.path).toBe('B');
    array.controllerOf('B').ccrEnded(1, 1, 1);
    array.runFor(5);
    expect(held.result).toEqual({ ok: true });
    expect(log.map(({ line }) => line)).toContain('nvme nvme0: CCR succeeded using nvme1');
    scripts[0]!.isUp = true;
    array.runFor(2_100);
    expect(setup.host.stateOf('A')).toBe('LIVE');
  });

  it('holds by time where no source offers a reset', () => {
    const setup = liveHost([
      { ccrl: 0, cqtMs: 1_000, react: ({ qid }) => (qid > 0 ? 'hold' : undefined) },
      { ccrl: 0 },
    ]);
    const { array, scripts } = setup;
    const held = submit(setup, write(0, 1));
    array.runFor(10);
    scripts[0]!.isUp = false;
    while (setup.host.stateOf('A') !== 'FENCING') array.time.step();
    const lostAt = array.time.now();
    while (held.result === null) array.time.step();
    const [, retry] = array.writes;
    expect(retry?.path).toBe('B');
    expect((retry!.t - lostAt) / NS_PER_MS).toBeGreaterThanOrEqual(3 * 5_000 + 1_000);
    expect((retry!.t - lostAt) / NS_PER_MS).toBeLessThan(3 * 5_000 + 1_010);
  });

  it('retries at once where it does not fence', () => {
    const setup = liveHost([{ react: ({ qid }) => (qid > 0 ? 'hold' : undefined) }, {}], {
      fence: { policy: 'immediate' },
    });
    const held = submit(setup, write(0, 1));
    setup.array.runFor(3_002);
    expect(held.result).toEqual({ ok: true });
    expect(setup.array.writes.map(({ path }) => path)).toEqual(['A', 'B']);
  });

  it('shuts its controllers down, and fails what is left', () => {
    const setup = liveHost([{ react: ({ qid }) => (qid > 0 ? 'hold' : undefined) }, {}]);
    const left = submit(setup, write(0, 1));
    setup.array.runFor(10);
    let isStopped = false;
    setup.host.stop(() => {
      isStopped = true;
    });
    setup.array.runFor(10);
    expect(isStopped).toBe(true);
    expect(left.result).toEqual({ ok: false, error: 'EIO' });
    while (setup.array.time.step());
  });
});
