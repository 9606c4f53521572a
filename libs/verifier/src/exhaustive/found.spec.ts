import { describe, expect, it } from 'vitest';
import type { History } from '@fenceline/history';
import { HistoryBuilder } from '../history-builder.testing.js';
import { judged, statusOf } from '../judge.testing.js';

/** Histories on which the two checkers had disagreed, and the fast one was wrong. Each is as small as it gets. */
describe('found by the exhaustive checker', () => {
  it('a read of the initial zeroes is wrong though a later read is right', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A' });
    lab.write(a, { lba: 0, bytes: 'v', sent: 1, answered: 2, applied: 1.5 });
    lab.command(a, { lba: 0, bytes: '0', sent: 3, answered: 4, op: 'read' });
    lab.command(a, { lba: 0, bytes: 'v', sent: 5, answered: 6, op: 'read' });
    const judgement = judged(lab.build());
    expect(statusOf(judgement, 'reads-consistent').status).toBe('violated');
  });

  it('an older value read between two reads of the newer one is the wrong one', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A' });
    lab.write(a, { lba: 0, bytes: 'u', sent: 1, answered: 2, applied: 1.5 });
    lab.write(a, { lba: 0, bytes: 'v', sent: 3, answered: 4, applied: 3.5 });
    const stale = lab.command(a, { lba: 0, bytes: 'u', sent: 5, answered: 6, op: 'read' });
    lab.command(a, { lba: 0, bytes: 'v', sent: 7, answered: 8, op: 'read' });
    const { findings } = judged(lab.build());
    expect(findings).toHaveLength(1);
    expect(findings[0]!.sentence).toContain(stale.cid.toString(16));
  });

  it('a write that fails after its fence end is closed by the fence', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({
      link: 'A',
      givenUp: { at: 2, by: 'ccr' },
      ccrSuccessSent: 3,
      ccrSuccessDelivered: 3.1,
    });
    const b = lab.association({ link: 'B' });
    lab.write(a, { lba: 0, bytes: 'w', sent: 1, answered: 9, status: 0x0303, applied: 6 });
    lab.write(b, { lba: 0, bytes: 'v', sent: 4, answered: 5, applied: 4.5 });
    expect(statusOf(judged(lab.build()), 'no-stale-overwrite').status).toBe('violated');
  });

  it('a repeated write may be the retry of any that is outstanding', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A' });
    const b = lab.association({ link: 'B' });
    const c = lab.association({ link: 'C' });
    lab.command(a, { lba: 0, bytes: 'x', sent: 1 });
    lab.write(b, { lba: 0, bytes: 'x', sent: 2, answered: 3, applied: 2.5 });
    lab.write(b, { lba: 0, bytes: 'w', sent: 4, answered: 5, applied: 8 });
    // A write of its own, after w had been done; or the first one again, which w overlaps.
    lab.write(c, { lba: 0, bytes: 'x', sent: 6, answered: 7, applied: 6.5 });
    expect(statusOf(judged(lab.build()), 'no-stale-overwrite').status).toBe('inconclusive');
  });

  it('equal bytes elsewhere do not hide that a CCR gave an association up', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A', givenUp: { at: 5, by: 'ccr' } });
    const b = lab.association({ link: 'B' });
    lab.command(a, { lba: 1, bytes: '0', sent: 1 });
    lab.command(b, { lba: 1, bytes: '0', sent: 2, answered: 3 });
    lab.command(a, { lba: 0, bytes: 'w', sent: 4 });
    // What the history makes of the zeroes.
    a.giveUpAt = 2e6;
    a.giveUpBy = 'retry';
    expect(judged(lab.build()).margins).toHaveLength(1);
  });

  it('a medium that holds what the journal never applied is no evidence', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A' });
    const write = lab.command(a, { lba: 0, bytes: 'w', sent: 1 });
    lab.apply(write, { applied: null });
    lab.command(a, { lba: 1, bytes: 'v', sent: 1, answered: 2 });
    const history = { ...lab.build(), finalImage: new Map([[0, write.payloads[0]!]]) };
    expect(statusOf(judged(history), 'final-image').status).toBe('inconclusive');
  });

  it('an apply that equal bytes leave open does not show which of two writes it was', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A' });
    const first = lab.command(a, { lba: 0, bytes: 'x', sent: 1, answered: 5 });
    lab.command(a, { lba: 0, bytes: 'x', sent: 3, answered: 5 });
    lab.write(a, { lba: 0, bytes: 'v', sent: 1.5, answered: 2.5, applied: 2 });
    lab.apply(first, { applied: 4, received: 3.5 });
    const history = lab.build();
    const image = new Map([[0, first.payloads[0]!]]);
    expect(statusOf(judged({ ...history, finalImage: image }), 'final-image').status).toBe('held');
  });

  it('a fence end that is stamped later may have come first, before what is no early retry then', () => {
    const { lab, a, b } = fencedTwice();
    lab.write(a, { lba: 0, bytes: 'w', sent: 1, applied: null });
    lab.write(b, { lba: 0, bytes: 'w', sent: 40, answered: 41, applied: 40.5 });
    const judgement = judged(withStamps(lab.build(), { lateUntil: 25 }), strict);
    expect(statusOf(judgement, 'no-early-retry').status).toBe('inconclusive');
  });

  it('a fence end that is stamped later may have come first, before what is a newer write then', () => {
    const { lab, a, b } = fencedTwice();
    lab.write(a, { lba: 0, bytes: 'w', sent: 1, applied: 60 });
    lab.write(b, { lba: 0, bytes: 'v', sent: 40, answered: 41, applied: 40.5 });
    const judgement = judged(withStamps(lab.build(), { lateUntil: 25 }), strict);
    expect(statusOf(judgement, 'no-stale-overwrite').status).toBe('inconclusive');
  });

  it('of two fences the one that is stamped first may end last', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A' });
    const b = lab.association({ link: 'B', givenUp: { at: 15, by: 'fin' } });
    const c = lab.association({ link: 'C' });
    lab.write(a, { lba: 0, bytes: 'w', sent: 1, applied: 30 });
    // The give-up of A, up to 15 ms late.
    lab.write(b, { lba: 0, bytes: 'w', sent: 2, applied: null });
    lab.write(c, { lba: 0, bytes: 'v', sent: 16, answered: 17, applied: 16.5 });
    const judgement = judged(withStamps(lab.build(), { lateUntil: 10 }), immediate);
    expect(statusOf(judgement, 'no-stale-overwrite').status).toBe('inconclusive');
  });

  it('a host is not to blame for a value that was applied before its write was closed', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A' });
    const b = lab.association({ link: 'B', host: 'host2', givenUp: { at: 9, by: 'fin' } });
    lab.write(a, { lba: 0, bytes: 'v', sent: 1, answered: 4, applied: 2 });
    lab.write(b, { lba: 0, bytes: '0', sent: 1.5, applied: 3 });
    lab.command(a, { lba: 0, bytes: '0', sent: 5, answered: 6, op: 'read' });
    // The medium has had the zeroes all the time.
    lab.command(a, { lba: 0, bytes: 'v', sent: 20, answered: 21, op: 'read' });
    const { findings } = judged(lab.build(), immediate);
    expect(findings.map(({ rule, blame }) => [rule, blame])).toEqual([
      ['reads-consistent', 'target'],
    ]);
  });

  it('of two applies of the same bytes the one that changed the block is to blame', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A', node: 'A' });
    const b = lab.association({ link: 'B', node: 'A' });
    const original = lab.command(a, { lba: 0, bytes: 'w', sent: 1 });
    const retry = lab.command(b, { lba: 0, bytes: 'w', sent: 2, answered: 3 });
    lab.write(b, { lba: 0, bytes: 'v', sent: 4, answered: 5, applied: 4.5 });
    lab.apply(original, { applied: 6, received: 1.5 });
    // The target had answered it before, but it put back what was there already.
    lab.apply(retry, { applied: 7, received: 2.5 });
    lab.command(b, { lba: 0, bytes: 'w', sent: 8, answered: 9, op: 'read' });
    const { findings } = judged(lab.build(), immediate);
    const values = findings.filter(({ rule }) => rule === 'reads-consistent');
    expect(values.map(({ blame, blamed }) => [blame, blamed])).toEqual([['host', 'host1']]);
  });

  it('a value came from what the block held when the read was sent, whatever was applied meanwhile', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A', givenUp: { at: 2, by: 'fin' } });
    const b = lab.association({ link: 'B' });
    lab.write(a, { lba: 0, bytes: 'w', sent: 1, applied: 6 });
    lab.write(b, { lba: 0, bytes: 'v', sent: 3, answered: 4, applied: 3.5 });
    lab.command(b, { lba: 0, bytes: 'w', sent: 8, answered: 12, op: 'read' });
    lab.write(b, { lba: 0, bytes: 'v', sent: 9, answered: 11, applied: 10 });
    const { findings } = judged(lab.build(), immediate);
    const values = findings.filter(({ rule }) => rule === 'reads-consistent');
    expect(values.map(({ blame, blamed }) => [blame, blamed])).toEqual([['host', 'host1']]);
  });

  it('a value that came after its write was closed does not make the older one a wrong one', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A', host: 'host1', givenUp: { at: 2, by: 'fin' } });
    const b = lab.association({ link: 'B', host: 'host2' });
    lab.write(a, { lba: 0, bytes: 'w', sent: 1, applied: 6 });
    lab.command(b, { lba: 0, bytes: '0', sent: 3, answered: 4, op: 'read' });
    lab.command(b, { lba: 0, bytes: 'w', sent: 8, answered: 9, op: 'read' });
    const { findings } = judged(lab.build(), immediate);
    expect(findings.map(({ rule, blamed }) => [rule, blamed])).toEqual([
      ['reads-consistent', 'host1'],
    ]);
  });

  it('a value that had been replaced before is wrong by that, whatever is seen later', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A', givenUp: { at: 2, by: 'fin' } });
    const b = lab.association({ link: 'B', host: 'host2' });
    lab.write(a, { lba: 0, bytes: 'w', sent: 1, applied: 6 });
    lab.write(b, { lba: 0, bytes: 'v', sent: 1.5, answered: 2.5, applied: 1.7 });
    lab.command(b, { lba: 0, bytes: '0', sent: 3, answered: 4, op: 'read' });
    lab.command(b, { lba: 0, bytes: 'w', sent: 8, answered: 9, op: 'read' });
    const { findings } = judged(lab.build(), immediate);
    expect(findings.map(({ rule, blame }) => [rule, blame])).toEqual([
      ['reads-consistent', 'target'],
    ]);
  });

  it('a value came over a newer write, though the newest was never applied as it was sent', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A', givenUp: { at: 2, by: 'fin' } });
    const b = lab.association({ link: 'B' });
    lab.write(a, { lba: 0, bytes: 'w', sent: 1, applied: 10 });
    lab.write(b, { lba: 0, bytes: 'v', sent: 3, answered: 4, applied: 3.5 });
    lab.command(b, { lba: 0, bytes: 'x', sent: 5, answered: 6 });
    lab.command(b, { lba: 0, bytes: 'w', sent: 11, answered: 12, op: 'read' });
    const { findings } = judged(lab.build(), immediate);
    const values = findings.filter(({ rule }) => rule === 'reads-consistent');
    expect(values.map(({ blamed }) => blamed)).toEqual(['host1']);
  });
});

const strict = { profile: 'tp4129-strict' } as const;
const immediate = { profile: 'cqt-zero-immediate' } as const;

/** Time stamps up to a moment may be late by 15 ms, later ones are exact. */
function withStamps(history: History, { lateUntil }: { lateUntil: number }): History {
  return { ...history, uncertaintyAt: (t) => (t <= lateUntil * 1e6 ? 15e6 : 0) };
}

/** CCR success ends the fence of A 5 ms before its time does, of which the beginning may be 15 ms late. */
function fencedTwice() {
  const lab = new HistoryBuilder();
  const a = lab.association({
    link: 'A',
    katoMs: 10,
    lastNewHostBytes: 20,
    givenUp: { at: 26, by: 'ccr' },
    ccrSuccessSent: 44,
    ccrSuccessDelivered: 45,
  });
  return { lab, a, b: lab.association({ link: 'B' }) };
}
