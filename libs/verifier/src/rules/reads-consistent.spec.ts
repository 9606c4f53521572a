import type { History } from '@fenceline/history';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from '../history-builder.testing.js';
import { judgedBy, statusOf } from '../judge.testing.js';
import { readsConsistent } from './reads-consistent.js';

const rule = readsConsistent.name;
const judged = (history: History) => judgedBy(readsConsistent, history);
const status = (lab: HistoryBuilder) => statusOf(judged(lab.build()), rule).status;

const failsAt = 1000;
const givenUpAt = 9000;
/** H + 3 × KATO + 10 s. */
const fenceEnd = failsAt + 25_000;

/** Path A fails and is given up; path B works. */
function twoPaths() {
  const lab = new HistoryBuilder();
  const a = lab.association({
    link: 'A',
    givenUp: { at: givenUpAt, by: 'rst' },
    lastNewHostBytes: failsAt,
  });
  const b = lab.association({ link: 'B' });
  const write = (bytes: string, sent: number, answered: number, applied = sent + 1) =>
    lab.write(b, { lba: 0, bytes, sent, answered, applied });
  const read = (bytes: string, sent: number, answered: number) =>
    lab.command(b, { lba: 0, bytes, sent, answered, op: 'read' });
  return { lab, a, b, write, read };
}

describe(rule, () => {
  it('is not judged without a read, nor after a command that is not followed', () => {
    const { lab, write, read } = twoPaths();
    write('x', 10, 20);
    expect(statusOf(judged(lab.build()), rule)).toMatchObject({
      status: 'not-judged',
      reason: 'no read was answered',
    });
    read('x', 30, 40).opcode = 0x19;
    expect(status(lab)).toBe('not-judged');
  });

  it('holds for what was written last, and for zeroes before', () => {
    const { lab, write, read } = twoPaths();
    read('0', 1, 2);
    write('x', 10, 20);
    read('x', 30, 40);
    expect(status(lab)).toBe('held');
  });

  it('blames the target for old bytes that it kept, and says so in a sentence', () => {
    const { lab, write, read } = twoPaths();
    write('x', 10, 20);
    write('y', 30, 40);
    read('x', 2050, 2060);
    const [finding] = judged(lab.build()).findings;
    expect(finding).toMatchObject({ rule, blame: 'target', blamed: 'B', witness: { lba: 0 } });
    expect(finding!.sentence).toBe(
      'LBA 0: the read that host1 sent over path B at 2,050 ms (CID 0x3003) returned payload hash of x, ' +
        'where the newer payload hash of y had been acknowledged over path B 2 s before.',
    );
  });

  it('blames the target for zeroes after a write, and for bytes that nobody wrote', () => {
    for (const bytes of ['0', 'never written']) {
      const { lab, write, read } = twoPaths();
      write('x', 10, 20);
      read(bytes, 30, 40);
      expect(judged(lab.build()).findings).toMatchObject([{ blame: 'target' }]);
    }
  });

  it('blames the target for bytes that are read before they were sent', () => {
    const { lab, write, read } = twoPaths();
    read('x', 1, 2);
    write('x', 10, 20);
    expect(judged(lab.build()).findings).toMatchObject([{ blame: 'target' }]);
  });

  it('blames the host where its early retry let the old write land late', () => {
    const { lab, a, write, read } = twoPaths();
    lab.write(a, { lba: 0, bytes: 'old', sent: 900, applied: 15_000 });
    write('old', 9500, 9510);
    write('new', 9600, 9610);
    read('old', 16_000, 16_010);
    read('old', 16_020, 16_030);
    const { findings } = judged(lab.build());
    expect(findings).toMatchObject([
      { blame: 'host', blamed: 'host1' },
      { blame: 'host', blamed: 'host1' },
    ]);
    expect(findings[0]!.sentence).toContain(
      '; node A had applied the older one late, at 15,000 ms',
    );
  });

  it('blames the target where the old write landed after its bound', () => {
    const { lab, a, write, read } = twoPaths();
    lab.write(a, { lba: 0, bytes: 'old', sent: 900, applied: 60_000 });
    write('old', fenceEnd + 10, fenceEnd + 20);
    write('new', fenceEnd + 30, fenceEnd + 40);
    read('old', 61_000, 61_010);
    expect(judged(lab.build()).findings).toMatchObject([{ blame: 'target', blamed: 'A' }]);
  });

  it('gives one finding to a read of several wrong blocks', () => {
    const lab = new HistoryBuilder();
    const b = lab.association({ link: 'B' });
    for (const [index, bytes] of [
      ['x', 'y', 'z'],
      ['p', 'q', 'r'],
    ].entries()) {
      lab.write(b, {
        lba: 4,
        bytes,
        sent: 10 + 20 * index,
        answered: 20 + 20 * index,
        applied: 15,
      });
    }
    lab.command(b, { lba: 4, bytes: ['x', 'q', 'z'], sent: 100, answered: 110, op: 'read' });
    const { findings } = judged(lab.build());
    expect(findings).toHaveLength(1);
    expect(findings[0]!.sentence).toContain('LBA 4 (and 1 more block):');
  });

  it('sees a value come back that another read had seen replaced', () => {
    const { lab, a, write, read } = twoPaths();
    write('x', 10, 20);
    // Never answered: only the read tells that it took effect.
    lab.write(a, { lba: 0, bytes: 'y', sent: 30, applied: 40 });
    read('y', 50, 60);
    read('x', 70, 80);
    expect(judged(lab.build()).findings).toMatchObject([{ rule, blame: 'target' }]);
  });

  it('decides nothing where the times are too close', () => {
    const { lab, write, read } = twoPaths();
    lab.uncertain(5);
    write('x', 10, 20);
    write('y', 40, 50);
    read('x', 55, 60);
    expect(status(lab)).toBe('inconclusive');
  });

  describe('near misses', () => {
    it('a read under way together with the newer write', () => {
      const { lab, write, read } = twoPaths();
      write('x', 10, 20);
      write('y', 30, 40);
      read('x', 39, 50);
      expect(status(lab)).toBe('held');
    });

    it('an unanswered write that takes effect within its fence, 1 ms before its end but not after', () => {
      for (const [early, expected] of [
        [1, 'held'],
        [-1, 'violated'],
      ] as const) {
        const { lab, a, write, read } = twoPaths();
        lab.write(a, { lba: 0, bytes: 'old', sent: 900, applied: fenceEnd + 50 });
        write('new', fenceEnd - early, fenceEnd + 40);
        read('old', fenceEnd + 100, fenceEnd + 110);
        expect(status(lab)).toBe(expected);
      }
    });

    it('a write that lands once for itself and once for its retry', () => {
      const { lab, a, write, read } = twoPaths();
      lab.write(a, { lba: 0, bytes: 'x', sent: 900, applied: 910 });
      write('y', 2000, 2010);
      read('y', 2020, 2030);
      write('x', fenceEnd + 10, fenceEnd + 20);
      read('x', fenceEnd + 30, fenceEnd + 40);
      expect(status(lab)).toBe('held');
    });

    it('bytes that were written a second time', () => {
      const { lab, write, read } = twoPaths();
      write('x', 10, 20);
      write('y', 30, 40);
      write('x', 50, 60);
      read('x', 70, 80);
      expect(status(lab)).toBe('held');
      write('z', 90, 100);
      read('x', 110, 120);
      expect(status(lab)).toBe('violated');
    });

    it('old bytes, zeroes and FFh after a deallocation, until the block is written', () => {
      const { lab, b, write, read } = twoPaths();
      write('x', 10, 20);
      lab.command(b, { lba: 0, bytes: '0', sent: 30, answered: 40, op: 'deallocate' }).payloads =
        [];
      read('x', 50, 60);
      read('0', 70, 80);
      const ones = read('FF', 90, 100);
      const withOnes = () => Object.assign(lab.build(), { onesPayload: ones.payloads[0]! });
      expect(statusOf(judged(withOnes()), rule).status).toBe('held');
      write('y', 110, 120);
      read('0', 130, 140);
      expect(statusOf(judged(withOnes()), rule).status).toBe('violated');
    });

    it('a write that failed, with effect or without', () => {
      const { lab, b, write, read } = twoPaths();
      write('x', 10, 20);
      lab.command(b, { lba: 0, bytes: 'y', sent: 30, answered: 40, status: 0x280 });
      read('x', 50, 60);
      expect(status(lab)).toBe('held');
      const other = twoPaths();
      other.write('x', 10, 20);
      other.lab.command(other.b, { lba: 0, bytes: 'y', sent: 30, answered: 40, status: 0x280 });
      other.read('y', 50, 60);
      expect(status(other.lab)).toBe('held');
    });
  });
});

interface Op {
  lba: number;
  isRead: boolean;
  gap: number;
  /** Name of the bytes, or null for bytes of its own. */
  bytes: string | null;
  /** From sent to effect, and from effect to answer. */
  before: number;
  after: number;
  /** The path fails under it: it takes effect within its fence, or never, and is not sent again. */
  lost: boolean;
  happens: boolean;
}

/** Jobs of depth 1 over the same blocks, each operation taking effect at one moment of its own. */
function registers(jobs: readonly (readonly Op[])[]) {
  const { lab, a, b } = twoPaths();
  const planned: { op: Op; bytes: string; sent: number; at: number; answered: number }[] = [];
  for (const job of jobs) {
    let now = 1;
    for (const op of job) {
      const sent = now + op.gap;
      const isLost = op.lost && !op.isRead && sent < failsAt;
      const at = isLost ? sent + op.before * 50 : sent + op.before;
      const answered = isLost ? -1 : at + op.after;
      planned.push({ op, bytes: op.bytes ?? `own ${planned.length}`, sent, at, answered });
      now = isLost ? sent + 1 : answered;
    }
  }
  planned.sort((x, y) => x.at - y.at);
  const content = new Map<number, string>();
  const reads: { lba: number; bytes: string; sent: number; answered: number }[] = [];
  for (const { op, bytes, sent, at, answered } of planned) {
    const { lba } = op;
    if (op.isRead) {
      const found = content.get(lba) ?? '0';
      lab.command(b, { lba, bytes: found, sent, answered, op: 'read' });
      reads.push({ lba, bytes: found, sent, answered });
      continue;
    }
    const took = answered > 0 || op.happens;
    if (took) content.set(lba, bytes);
    const path = answered > 0 ? b : a;
    lab.write(path, {
      lba,
      bytes,
      sent,
      applied: took ? at : null,
      complete: sent,
      ...(answered > 0 ? { answered } : {}),
    });
  }
  return {
    lab,
    b,
    content,
    end: Math.max(0, ...planned.map((it) => Math.max(it.at, it.answered))),
  };
}

const jobsOf = (bytes: fc.Arbitrary<string | null>) =>
  fc.array(
    fc.array(
      fc.record({
        lba: fc.nat(2),
        isRead: fc.boolean(),
        gap: fc.integer({ min: 1, max: 100 }),
        bytes,
        before: fc.integer({ min: 1, max: 400 }),
        after: fc.integer({ min: 1, max: 200 }),
        lost: fc.boolean(),
        happens: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    { minLength: 1, maxLength: 5 },
  );

describe('laws of reads', () => {
  it.each([
    ['unique', fc.constant(null)],
    ['equal', fc.constantFrom('0', 'x', 'y', null)],
  ])('a history of %s bytes with a legal order raises no alarm', (_, bytes) => {
    fc.assert(
      fc.property(jobsOf(bytes), (jobs) => {
        const { lab, b } = registers(jobs);
        for (const [index, name] of ['x', 'y'].entries()) {
          // The workload repeats its bytes, and shows it: two of one host at once are no retry.
          lab.write(b, { lba: 50 + index, bytes: name, sent: 0, applied: 0.2, answered: 0.5 });
          lab.write(b, { lba: 60 + index, bytes: name, sent: 0, applied: 0.2, answered: 0.5 });
        }
        const { status: found } = statusOf(judged(lab.build()), rule);
        expect(['held', 'not-judged']).toContain(found);
      }),
      { numRuns: 1000 },
    );
  });

  it('a read of what was replaced is found', () => {
    fc.assert(
      fc.property(jobsOf(fc.constant(null)), fc.nat(2), fc.nat(1000), (jobs, lba, gap) => {
        const { lab, b, end } = registers(jobs);
        const at = Math.max(end, fenceEnd) + 1;
        lab.write(b, { lba, bytes: 'replaced', sent: at, applied: at + 1, answered: at + 2 });
        lab.write(b, { lba, bytes: 'newest', sent: at + 3, applied: at + 4, answered: at + 5 });
        lab.command(b, {
          lba,
          bytes: 'replaced',
          sent: at + 6 + gap,
          answered: at + 7 + gap,
          op: 'read',
        });
        expect(judged(lab.build()).findings).toMatchObject([{ rule, blame: 'target' }]);
      }),
      { numRuns: 300 },
    );
  });
});
