import type { LabEvent } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { consoleLines } from './consoles.js';
import { faultsOf } from './faults.js';
import { uncertaintyOf } from './uncertainty.js';

const ms = 1_000_000;

describe('uncertaintyOf', () => {
  const at = uncertaintyOf([
    { kind: 'stall', t: 1000 * ms, ns: 3 * ms },
    { kind: 'stall', t: 1050 * ms, ns: 20 * ms },
    { kind: 'stall', t: 2500 * ms, ns: 400 * ms },
    { kind: 'phase', t: 2600 * ms, phase: 'drain' },
  ]);

  it('is the worst delay of the window around a moment', () => {
    expect(at(980 * ms)).toBe(8 * ms);
    expect(at(1030 * ms)).toBe(25 * ms);
  });

  it('counts what the recorder does not see between two looks, also where no window is listed', () => {
    expect(at(900 * ms)).toBe(6 * ms);
    expect(at(1056 * ms)).toBe(6 * ms);
    expect(uncertaintyOf([])(5)).toBe(6 * ms);
  });

  it('reaches over what is read right after a stall that ended with its window', () => {
    expect(at(1051 * ms)).toBe(25 * ms);
  });

  it('reaches back over all of a stall that is longer than a window', () => {
    expect(at(2101 * ms)).toBe(405 * ms);
    expect(at(2090 * ms)).toBe(6 * ms);
  });

  it('sees a long stall behind many short windows', () => {
    const events: LabEvent[] = Array.from({ length: 9 }, (_, i) => ({
      kind: 'stall',
      t: (150 + i * 50) * ms,
      ns: 2 * ms,
    }));
    events.push({ kind: 'stall', t: 600 * ms, ns: 500 * ms });
    expect(uncertaintyOf(events)(120 * ms)).toBe(505 * ms);
  });
});

describe('faultsOf', () => {
  it('gives spans, open ones to the end', () => {
    const events: LabEvent[] = [
      {
        kind: 'fault-start',
        t: 5,
        id: 'f1',
        fault: 'drop',
        target: { on: 'link', link: 'A', direction: 'both' },
        describe: 'drop link A',
      },
      {
        kind: 'fault-start',
        t: 7,
        id: 'f2',
        fault: 'hold',
        target: { on: 'backend', nodes: ['A'] },
        describe: 'hold writes of A',
      },
      { kind: 'fault-end', t: 9, id: 'f1', describe: 'restored' },
    ];
    expect(faultsOf(events, 100)).toEqual([
      { id: 'f1', describe: 'drop link A', fault: 'drop', link: 'A', nodes: [], start: 5, end: 9 },
      {
        id: 'f2',
        describe: 'hold writes of A',
        fault: 'hold',
        link: null,
        nodes: ['A'],
        start: 7,
        end: 100,
      },
    ]);
  });
});

describe('consoleLines', () => {
  it('orders the lines of all consoles by time and leaves out what has none', () => {
    expect(
      consoleLines([
        { vm: 'A', text: '10 boot\n30 nvmet: ready \nno time\n' },
        { vm: 'host1', text: '20 nvme nvme0: connected\r\n25\n' },
      ]),
    ).toEqual([
      { t: 10, vm: 'A', text: 'boot' },
      { t: 20, vm: 'host1', text: 'nvme nvme0: connected' },
      { t: 25, vm: 'host1', text: '' },
      { t: 30, vm: 'A', text: 'nvmet: ready ' },
    ]);
  });
});
