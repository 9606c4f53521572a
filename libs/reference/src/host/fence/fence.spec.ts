import { NS_PER_MS, VirtualTime } from '@fenceline/contracts';
import {
  AdminOpcode,
  ccrImpairedCntlid,
  ccrUniquifier,
  encodeCcrLog,
  encodeSqe,
} from '@fenceline/nvme';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Completion, HostCommand } from '../command.js';
import { correctHost } from '../decisions.js';
import { CcrSource } from './ccr-source.js';
import { Fence } from './fence.js';

/** What a source does when it is asked, and when, in ms. */
interface Script {
  afterMs: number;
  does: 'immediate' | 'refuses' | 'succeeds' | 'fails' | 'hangs' | 'silent' | 'lost';
}

const DEADLINE_MS = 5_000;

const scripts = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 7_000 }),
    does: fc.constantFrom<Script['does']>(
      'immediate',
      'refuses',
      'succeeds',
      'fails',
      'hangs',
      'silent',
      'lost',
    ),
  }),
  { maxLength: 4 },
);

/** A fence with scripted sources of CNTLID 10, 11, …, run until nothing more happens. */
function run(sources: readonly Script[], ccrl = 1, sourceLater = false) {
  const time = new VirtualTime();
  const log: string[] = [];
  const ends: number[] = [];
  const asked: number[] = [];
  /** The opcodes that were sent to any source, and the end of the fence. */
  const story: (number | 'ended')[] = [];
  const made = sources.map((script, index) => {
    const source = scriptedSource(time, script, (opcode) => {
      story.push(opcode);
      if (opcode === AdminOpcode.crossControllerReset) asked.push(10 + index);
    });
    if (!sourceLater) source.connected(10 + index, ccrl);
    return source;
  });
  const fence = new Fence({
    number: 1,
    instance: { cntlid: 1, ciu: 7, cirn: 9n },
    deadline: DEADLINE_MS * NS_PER_MS,
    ccrAnswerMs: 500,
    ccrWaitMs: 4_000,
    scheduler: time,
    decisions: correctHost,
    log: (line) => log.push(line),
    sources: () => made,
    nameOf: (source) => `nvme${source.facts.cntlid}`,
    ended: () => {
      story.push('ended');
      ends.push(time.now() / NS_PER_MS);
    },
  });
  time.at(DEADLINE_MS * NS_PER_MS, () => fence.deadlinePassed());
  fence.begin();
  return { time, fence, log, ends, asked, story, sources: made };
}

function scriptedSource(
  time: VirtualTime,
  { afterMs, does }: Script,
  sent: (opcode: number) => void,
): CcrSource {
  const after = (ms: number, then: () => void) => time.at(time.now() + ms * NS_PER_MS, then);
  let log = encodeCcrLog([]);
  const answer = (status: number, dword0 = 0): Completion => ({
    status,
    doNotRetry: false,
    dword0,
    dword1: 0,
    data: log,
  });
  const source: CcrSource = new CcrSource({
    decisions: correctHost,
    scheduler: time,
    readLogAfterMs: 0,
    send: (command: HostCommand, done) => {
      sent(command.entry.opcode);
      if (command.entry.opcode !== AdminOpcode.crossControllerReset) {
        after(1, () => done(answer(0)));
        return;
      }
      const entry = new DataView(encodeSqe({ ...command.entry, cid: 0 }).buffer);
      const ends = (status: number) => {
        done(answer(0));
        after(afterMs, () => {
          const [icid, ciu] = [ccrImpairedCntlid(entry, 0), ccrUniquifier(entry, 0)];
          log = encodeCcrLog([{ icid, ciu, status }]);
          source.eventCame();
        });
      };
      if (does === 'lost') after(afterMs, () => source.lost());
      else if (does === 'immediate') after(afterMs, () => done(answer(0, 1)));
      else if (does === 'refuses') after(afterMs, () => done(answer(0x141)));
      else if (does === 'hangs') after(1, () => done(answer(0)));
      else if (does !== 'silent') after(1, () => ends(does === 'succeeds' ? 1 : 2));
    },
  });
  return source;
}

describe('a fence', () => {
  it('ends once, at its deadline at the latest, and gives every slot back, whatever its sources do', () => {
    fc.assert(
      fc.property(scripts, (sources) => {
        const { time, ends, asked, sources: made } = run(sources);
        while (time.step());
        expect(ends).toHaveLength(1);
        expect(ends[0]).toBeLessThanOrEqual(DEADLINE_MS);
        expect(made.map(({ facts }) => facts.slotsInUse)).toEqual(made.map(() => 0));
        expect(new Set(asked).size).toBe(asked.length);
        expect(asked).toEqual([...asked].sort());
      }),
    );
  });

  it('asks the sources by their CNTLID until one has taken it', () => {
    const { time, ends, asked, log } = run([
      { does: 'refuses', afterMs: 1 },
      { does: 'lost', afterMs: 100 },
      { does: 'silent', afterMs: 0 },
      { does: 'succeeds', afterMs: 50 },
    ]);
    while (time.step());
    expect(asked).toEqual([10, 11, 12, 13]);
    expect(ends).toEqual([653]);
    expect(log).toEqual([
      'attempting CCR, timeout 5000ms',
      'CCR not taken by nvme10: Cross-Controller Reset Limit Exceeded',
      'CCR not taken by nvme11: the source was lost',
      'CCR not taken by nvme12: it did not answer',
      'CCR succeeded using nvme13',
    ]);
  });

  it.each<[Script['does'], number, string]>([
    ['fails', 10, 'the operation failed'],
    ['hangs', 6_000, 'the operation took longer than 4000 ms'],
  ])('holds by time when an operation that was taken %s after %i ms', (does, afterMs, why) => {
    const { time, ends, asked, log } = run([
      { does, afterMs },
      { does: 'immediate', afterMs: 1 },
    ]);
    while (time.step());
    expect(asked).toEqual([10]);
    expect(ends).toEqual([DEADLINE_MS]);
    expect(log[1]).toBe(`CCR through nvme10: ${why}`);
    expect(log[2]).toMatch(/^CCR failed, switch to time-based recovery, timeout = \d+ms$/);
    expect(log[3]).toBe('Time-based recovery finished');
  });

  it('ends with a success that comes when its source was given up on', () => {
    const late = run([{ does: 'succeeds', afterMs: 4_500 }]);
    while (late.time.step());
    expect(late.ends).toEqual([4_502]);
    expect(late.log.at(-1)).toBe('CCR succeeded using nvme10');
    const slow = run([
      { does: 'immediate', afterMs: 800 },
      { does: 'refuses', afterMs: 1 },
    ]);
    while (slow.time.step());
    expect(slow.asked).toEqual([10, 11]);
    expect(slow.ends).toEqual([800]);
  });

  it.each([
    ['immediate', [AdminOpcode.crossControllerReset]],
    ['succeeds', [AdminOpcode.crossControllerReset, AdminOpcode.getLogPage]],
  ] as const)('acknowledges a success before it ends with it: %s', (does, before) => {
    const { time, story } = run([{ does, afterMs: 50 }]);
    while (time.step());
    expect(story).toEqual([...before, AdminOpcode.keepAlive, 'ended']);
  });

  it('asks a source that comes to life, or has a slot again, while it waits', () => {
    const { time, ends, fence, sources } = run([{ does: 'immediate', afterMs: 1 }], 1, true);
    time.runTo(1_000 * NS_PER_MS);
    sources[0]!.connected(10, 1);
    fence.sourcesChanged();
    while (time.step());
    expect(ends).toEqual([1_001]);
  });

  it('asks a source below the last one that comes to life when that one has refused', () => {
    const scripts: Script[] = [
      { does: 'immediate', afterMs: 1 },
      { does: 'refuses', afterMs: 1 },
    ];
    const { time, ends, asked, fence, sources } = run(scripts, 1, true);
    sources[1]!.connected(11, 1);
    fence.sourcesChanged();
    time.runTo(1_000 * NS_PER_MS);
    sources[0]!.connected(10, 1);
    fence.sourcesChanged();
    while (time.step());
    expect(asked).toEqual([11, 10]);
    expect(ends).toEqual([1_001]);
  });

  it('waits by time where no source has a free slot', () => {
    const { time, ends, asked } = run([{ does: 'immediate', afterMs: 1 }], 0);
    while (time.step());
    expect(asked).toEqual([]);
    expect(ends).toEqual([DEADLINE_MS]);
  });

  it('says nothing more when it was cancelled, and gives the slot back', () => {
    const { time, fence, ends, sources } = run([{ does: 'silent', afterMs: 0 }]);
    fence.cancel();
    while (time.step());
    expect(ends).toEqual([]);
    expect(sources[0]!.facts.slotsInUse).toBe(0);
  });
});
