import { never, type Association, type CcrLogEntry, type Command } from '@fenceline/history';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from '../history-builder.testing.js';
import { judged, statusOf } from '../judge.testing.js';

const rule = 'ccr-conformance';
const identity = { ciu: 3, cirn: 0xabcdn, ccrl: 4 };
const completedEvent = 0x001e_f402;

/** Two controllers that offer CCR; A, CNTLID 1, is lost with one write outstanding and named by a CCR at 8 s. */
class CcrLab {
  readonly builder = new HistoryBuilder();
  readonly a = this.builder.association({ link: 'A', givenUp: { at: 8000, by: 'ccr' } });
  readonly b = this.builder.association({ link: 'B' });
  readonly write: Command;

  constructor() {
    Object.assign(this.a, identity);
    Object.assign(this.b, { ciu: 9, cirn: 0x9999n, ccrl: 4 });
    this.write = this.builder.command(this.a, { lba: 12, bytes: 'W', sent: 1000 });
  }

  admin(sent: number, answered: number | null, fields: Partial<Command>, over = this.b): Command {
    const command = this.builder.command(over, {
      lba: 0,
      bytes: [],
      sent,
      ...(answered === null ? {} : { answered }),
    });
    return Object.assign(command, { qid: 0, op: 'other', ...fields });
  }

  ccr(
    options: {
      sent?: number;
      status?: number;
      immediate?: boolean;
      ciu?: number;
      cirn?: bigint;
      icid?: number;
      over?: Association;
    } = {},
  ): Command {
    const { sent = 8000, status = 0, immediate = false, over } = options;
    const { icid = 1, ciu = 3, cirn = 0xabcdn } = options;
    const ccr = { icid, ciu, cirn, immediate };
    const name = 'Cross-Controller Reset';
    return this.admin(sent, sent + 10, { opcode: 0x38, name, status, ccr }, over);
  }

  event(at: number): void {
    const name = 'Asynchronous Event Request';
    this.admin(1, at, { opcode: 0x0c, name, event: completedEvent });
  }

  readLog(sent: number, ...entries: Partial<CcrLogEntry>[]): void {
    const whole = entries.map((it) => ({ icid: 1, ciu: 3, acid: 2, status: 1, flags: 0, ...it }));
    const ccrLog = { announced: whole.length, entries: whole };
    this.admin(sent, sent + 10, { opcode: 0x02, name: 'Get Log Page', ccrLog });
  }

  /** Success leaves the node at that time. */
  succeed(at: number): void {
    this.a.ccrSuccessSentAt = at * 1e6;
    this.a.ccrSuccessDeliveredAt = (at + 0.1) * 1e6;
  }

  retry(sent: number): void {
    const times = { sent, applied: sent + 1, answered: sent + 2 };
    this.builder.write(this.b, { lba: 12, bytes: 'W', ...times });
  }

  judged() {
    const verdict = judged(this.builder.build());
    return {
      status: statusOf(verdict, rule),
      findings: verdict.findings.filter((it) => it.rule === rule),
      verdict: verdict.verdict,
    };
  }
}

/** A CCR that is accepted, completed and read of, and a retry that follows. */
function goodLab(): CcrLab {
  const lab = new CcrLab();
  lab.ccr();
  lab.event(8500);
  lab.readLog(8501, { status: 1 });
  lab.succeed(8511);
  lab.retry(8600);
  return lab;
}

describe(rule, () => {
  it('holds for a CCR that is accepted, completed, logged and followed by the retry', () => {
    const lab = goodLab();
    lab.builder.apply(lab.write, { applied: 8400, held: 1001 });
    expect(lab.judged()).toMatchObject({
      verdict: 'pass',
      status: {
        status: 'held',
        reason: '1 CCR named what the host was told, and meant what was said',
      },
    });
  });

  it.each([
    ['a CIRN of no instance that the target takes', { cirn: 0x1n, status: 0 }, ['host', 'target']],
    ['one that it refuses', { cirn: 0x1n, status: 0x02 }, ['host']],
    ['its own CIRN', { status: 0 }, []],
  ])('blames a target that resets for nobody: %s', (_, ccr, blamed) => {
    const lab = new CcrLab();
    lab.ccr(ccr);
    expect(lab.judged().findings.map(({ blame }) => blame)).toEqual(blamed);
  });

  it('knows by cause that a write was applied before the log page was asked for', () => {
    const lab = goodLab();
    lab.builder.apply(lab.write, { applied: 8500, held: 1001 });
    lab.builder.uncertain(6);
    expect(lab.judged().status.status).toBe('inconclusive');
    lab.a.ccrSuccessAskedAt = 8502e6;
    expect(lab.judged().status.status).toBe('held');
  });

  it('holds for an immediate success, with a write that the reset dropped', () => {
    const lab = new CcrLab();
    lab.ccr({ immediate: true });
    lab.succeed(8009);
    lab.retry(8100);
    expect(lab.judged()).toMatchObject({ verdict: 'pass', status: { status: 'held' } });
  });

  it('is not judged where nobody asks', () => {
    expect(new CcrLab().judged().status).toMatchObject({
      status: 'not-judged',
      reason: 'no CCR was sent',
    });
    const lab = new HistoryBuilder();
    lab.association({ link: 'A' });
    expect(statusOf(judged(lab.build()), rule).reason).toBe(
      'no CCR was sent, and no controller offers it (CIU 0)',
    );
  });

  describe('the host', () => {
    it.each([
      ['another CIU', { ciu: 4 }, 'told CIU 3, CIRN 0x000000000000abcd.'],
      ['another CIRN', { cirn: 0xabcen }, 'CIRN 0x000000000000abce, of which it was told CIU 3'],
      ['another CNTLID', { icid: 7 }, 'of which it was told nothing.'],
    ])('names %s than it was told', (_, triple, words) => {
      const lab = new CcrLab();
      lab.ccr({ ...triple, status: 2 });
      const { status, findings } = lab.judged();
      expect(status.status).toBe('violated');
      expect(findings).toHaveLength(1);
      expect(findings[0]).toMatchObject({ blame: 'host', blamed: 'host1' });
      expect(findings[0]!.sentence).toContain(words);
    });

    it('names an older instance of the controller', () => {
      const lab = new CcrLab();
      const again = lab.builder.association({ link: 'A', givenUp: { at: 20_000, by: 'ccr' } });
      Object.assign(again, { cntlid: 1, ciu: 4, cirn: 0xeeeen, identifiedAt: 12_000e6 });
      lab.ccr({ sent: 11_999 });
      lab.ccr({ sent: 20_000, status: 2 });
      const { findings } = lab.judged();
      expect(findings).toHaveLength(1);
      expect(findings[0]!.sentence).toContain('of an older instance');
    });

    it.each([
      ['still fenced', never, 0],
      ['reset before', 12_000, 1],
    ])('names an instance of which another path has the CNTLID now: %s', (_, doneAt, findings) => {
      const lab = new CcrLab();
      if (doneAt !== never) lab.succeed(doneAt);
      const other = lab.builder.association({ link: 'C' });
      Object.assign(other, { cntlid: 1, ciu: 4, cirn: 0xeeeen, identifiedAt: 11_000e6 });
      lab.ccr({ sent: 20_000, status: 2 });
      expect(lab.judged().findings).toHaveLength(findings);
    });

    it('may have been told of it outside the recording', () => {
      const lab = new CcrLab();
      lab.a.identifiedAt = never;
      lab.ccr({ status: 2 });
      expect(lab.judged().status.status).toBe('inconclusive');
    });

    it.each([
      ['a refused CCR', 8010, (lab: CcrLab) => void lab.ccr({ status: 0x140 })],
      [
        'an entry with CCRS=2',
        8031,
        (lab: CcrLab) => {
          lab.ccr();
          lab.event(8020);
          lab.readLog(8021, { status: 2 });
        },
      ],
    ])('takes %s for a success when it retries before the fence end', (_, toldAt, fail) => {
      // H is 1 s, so that the fence ends at 26 s. In virtual time a host acts in the moment in which it is told.
      for (const [sent, expected] of [
        [toldAt, 1],
        [8100, 1],
        [25_999, 1],
        [26_000, 0],
      ] as const) {
        const lab = new CcrLab();
        fail(lab);
        lab.retry(sent);
        const { findings } = lab.judged();
        expect([sent, findings.length]).toEqual([sent, expected]);
        if (expected === 1) expect(findings[0]).toMatchObject({ blame: 'host', blamed: 'host1' });
      }
    });

    it('is remarked, not blamed, for a source that it had given up, or that was busy', () => {
      const lab = new CcrLab();
      const c = lab.builder.association({ link: 'C', givenUp: { at: 7000, by: 'fin' } });
      Object.assign(c, { ciu: 5, cirn: 5n, ccrl: 1 });
      lab.ccr({ over: c });
      lab.ccr({ over: c, sent: 8011, status: 0x141 });
      const { status } = lab.judged();
      expect(status.status).toBe('held');
      expect(status.reason).toContain('which its host had given up');
      expect(status.reason).toContain('more CCRs than its CCRL of 1');
    });
  });

  describe('the target', () => {
    it.each([
      ['1 ms inside', 8510, 'held'],
      ['at the success', 8511, 'held'],
      ['1 ms outside', 8512, 'violated'],
    ])('tells success while a write is complete and unapplied: %s', (_, applied, expected) => {
      const lab = goodLab();
      lab.builder.apply(lab.write, { applied, held: 1001 });
      const { status, findings } = lab.judged();
      expect(status.status).toBe(expected);
      if (expected === 'violated') {
        expect(findings[0]).toMatchObject({ blame: 'target', blamed: 'A' });
        expect(findings[0]!.sentence).toContain('with 1 write not yet applied');
      }
    });

    it.each([
      ['came before the success', 8510, 'held'],
      ['came after it', 8512, 'violated'],
    ])('answers a command that %s', (_, complete, expected) => {
      const lab = goodLab();
      lab.builder.command(lab.a, {
        lba: 1,
        bytes: 'R',
        op: 'read',
        sent: 8505,
        complete,
        answered: 8520,
      });
      lab.a.lastNewHostBytesAt = 1000e6;
      const { status, findings } = lab.judged();
      expect(status.status).toBe(expected);
      if (expected === 'violated')
        expect(findings[0]).toMatchObject({ blame: 'target', blamed: 'A' });
      else expect(status.reason).toContain('which its socket may have held');
    });

    it('gives the next instance the same CIRN', () => {
      for (const [cirn, expected] of [
        [0xabcdn, 1],
        [0xabcen, 0],
      ] as const) {
        const lab = goodLab();
        const next = lab.builder.association({ link: 'A' });
        Object.assign(next, { cntlid: 1, ciu: 4, cirn, identifiedAt: 30_000e6 });
        const { findings } = lab.judged();
        expect(findings).toHaveLength(expected);
        if (expected === 1) expect(findings[0]!.sentence).toContain('the same CIRN, 0xabcd');
      }
    });

    it('tells of an event without an entry', () => {
      const lab = new CcrLab();
      lab.ccr();
      lab.event(8500);
      lab.readLog(8501);
      const { findings } = lab.judged();
      expect(findings).toHaveLength(1);
      expect(findings[0]).toMatchObject({ blame: 'target', blamed: 'B' });
    });

    it('may have shown the entry before the event', () => {
      const lab = new CcrLab();
      lab.ccr();
      lab.readLog(8400, { status: 1 });
      lab.event(8500);
      lab.readLog(8501);
      expect(lab.judged().findings).toEqual([]);
    });

    it.each([
      ['that no CCR names', { ciu: 8 }],
      ['with a reserved status', { status: 3 }],
    ])('logs an entry %s', (_, entry) => {
      const lab = new CcrLab();
      lab.ccr();
      lab.readLog(8501, entry);
      const { findings } = lab.judged();
      expect(findings).toHaveLength(1);
      expect(findings[0]!.sentence).toContain('logged an entry for CNTLID 1');
    });
  });

  it('a law: fenced failovers raise no alarm, whatever they take', () => {
    const write = fc.record({
      lba: fc.integer({ min: 20, max: 25 }),
      sent: fc.integer({ min: 1, max: 900 }),
      lands: fc.option(fc.integer({ min: 1, max: 4000 })),
    });
    fc.assert(
      fc.property(
        fc.array(write, { maxLength: 8 }),
        fc.integer({ min: 20, max: 3000 }),
        fc.integer({ min: 1, max: 2000 }),
        (writes, resetMs, retryMs) => {
          const lab = new CcrLab();
          const told = 8000 + resetMs;
          lab.ccr();
          lab.readLog(told - 15, { status: 0 });
          lab.event(told);
          lab.readLog(told + 20, { status: 1 });
          lab.succeed(told + 29);
          lab.retry(told + 40);
          writes.forEach(({ lba, sent, lands }, index) => {
            const original = { lba, bytes: `W${index}`, sent };
            const applied = lands === null ? null : sent + lands;
            lab.builder.write(lab.a, { ...original, applied });
            const again = told + 30 + retryMs + index;
            const times = { sent: again, applied: again + 1, answered: again + 2 };
            lab.builder.write(lab.b, { ...original, ...times });
          });
          expect(judged(lab.builder.build()).findings).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });
});
