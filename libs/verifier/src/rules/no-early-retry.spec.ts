import { describe, expect, it } from 'vitest';
import { HistoryBuilder, type AssociationOptions } from '../history-builder.testing.js';
import { judged, statusOf } from '../judge.testing.js';

const rule = 'no-early-retry';

/** One write on A, which is given up at 8 s; H is 1 s, so that the fence ends at 26 s under cqt-zero-10s. */
function labWithLostPath(options: Partial<AssociationOptions> = {}) {
  const lab = new HistoryBuilder();
  const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' }, ...options });
  const b = lab.association({ link: 'B' });
  const original = lab.command(a, { lba: 12, bytes: 'W', sent: 1000 });
  return { lab, a, b, original };
}

describe(rule, () => {
  it('is violated by a retry on another path before the host fence end', () => {
    const { lab, b, original } = labWithLostPath();
    lab.apply(original, { applied: 20_000, held: 1001 });
    lab.write(b, { lba: 12, bytes: 'W', sent: 8100, applied: 8101, answered: 8102 });
    const verdict = judged(lab.build());
    expect(verdict.verdict).toBe('violation');
    expect(verdict.findings).toHaveLength(1);
    expect(verdict.findings[0]).toMatchObject({
      rule,
      blame: 'host',
      blamed: 'host1',
      harm: 'landed',
    });
    expect(verdict.findings[0]!.sentence).toBe(
      'host1 sent 1 outstanding write of path A again on path B (LBA 12, CID 0x3001) 7.1 s after it last ' +
        'spoke on A and 17.9 s before the fence end under cqt-zero-10s; it could still land, and did.',
    );
    expect(verdict.findings[0]!.witness.steps.map((step) => step.ms)).toEqual([
      1000, 1000, 8000, 8100, 20_000, 26_000,
    ]);
    expect(verdict.exercised).toMatchObject({
      outstanding: 1,
      completeUnapplied: 1,
      retriedEarly: 1,
      couldLand: 1,
      landedLate: 1,
    });
    expect(verdict.margins).toEqual([
      expect.objectContaining({
        path: 'A',
        giveUpMs: 8000,
        fenceEndMs: 26_000,
        fenceEndBy: 'time',
        firstRetryMinusFenceEndMs: -17_900,
      }),
    ]);
  });

  it('makes one finding of all retries of an association', () => {
    const { lab, a, b } = labWithLostPath({ lastNewHostBytes: 1100 });
    for (let lba = 20; lba < 24; lba++) {
      const bytes = `W${lba}`;
      lab.write(a, { lba, bytes, sent: 1100, applied: 1101 });
      lab.write(b, { lba, bytes, sent: 8200 + lba, applied: 9000, answered: 9001 });
    }
    const findings = judged(lab.build()).findings.filter((it) => it.rule === rule);
    expect(findings).toHaveLength(1);
    expect(findings[0]!.sentence).toContain(
      '4 outstanding writes of path A again on path B, the first (LBA 20',
    );
    expect(findings[0]!.sentence).toContain('none of them could still land');
    expect(findings[0]!.harm).toBe('none');
  });

  it.each([
    ['1 ms inside the fence', 25_999, 'violated'],
    ['at the fence end', 26_000, 'held'],
    ['1 ms outside the fence', 26_001, 'held'],
  ])('draws the line at the fence end: %s', (_, sent, status) => {
    const { lab, b } = labWithLostPath();
    lab.write(b, { lba: 12, bytes: 'W', sent, applied: sent + 1, answered: sent + 2 });
    expect(statusOf(judged(lab.build()), rule).status).toBe(status);
  });

  it('is judged by each profile with its own fence end', () => {
    const { lab, b } = labWithLostPath();
    lab.write(b, { lba: 12, bytes: 'W', sent: 16_500, applied: 16_501, answered: 16_502 });
    const { profiles } = judged(lab.build());
    expect(profiles.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['cqt-zero-10s', 'violation'],
      ['cqt-zero-immediate', 'pass'],
      ['tp4129-strict', 'pass'],
    ]);
    expect(profiles.map(({ margins }) => margins[0]!.fenceEndMs)).toEqual([26_000, 8000, 16_000]);
  });

  it('ends the fence at CCR success, if that comes first', () => {
    const { lab, b } = labWithLostPath({ ccrSuccessDelivered: 8050 });
    lab.write(b, { lba: 12, bytes: 'W', sent: 8100, applied: 8101, answered: 8102 });
    const verdict = judged(lab.build());
    expect(statusOf(verdict, rule).status).toBe('held');
    expect(verdict.margins[0]).toMatchObject({ fenceEndMs: 8050, fenceEndBy: 'ccr' });
  });

  describe('near a CCR success', () => {
    /** Sent 7 ms after the success, as Linux does; each time stamp may be 6 ms late. */
    function retried(acknowledged?: { file: string; behind: number }, sent = 8057) {
      const { lab, a, b } = labWithLostPath({ ccrSuccessDelivered: 8050 });
      const retry = lab.write(b, { lba: 12, bytes: 'W', sent, applied: sent + 1, answered: 8102 });
      if (acknowledged !== undefined) {
        const { file, behind } = acknowledged;
        a.ccrSuccessAcknowledged = { file, frame: retry.sentFrame.frame - behind };
      }
      return judged(lab.uncertain(6).build());
    }

    it('is ordered by cause where the retry stands behind the acknowledgement of the success', () => {
      const verdict = retried({ file: 'B.host.pcapng', behind: 1 });
      expect(statusOf(verdict, rule).status).toBe('held');
    });

    it.each([
      ['was not acknowledged', undefined],
      ['was acknowledged behind the retry', { file: 'B.host.pcapng', behind: -1 }],
      ['was acknowledged on another link', { file: 'C.host.pcapng', behind: 1 }],
    ])('is inconclusive where the success %s', (_, acknowledged) => {
      expect(statusOf(retried(acknowledged), rule).status).toBe('inconclusive');
    });

    it('is violated where the retry was sent well before it', () => {
      expect(statusOf(retried({ file: 'B.host.pcapng', behind: -1 }, 8020), rule).status).toBe(
        'violated',
      );
    });
  });

  it('counts a new association over the same link as another one', () => {
    const { lab } = labWithLostPath();
    const again = lab.association({ link: 'A' });
    lab.write(again, { lba: 12, bytes: 'W', sent: 10_000, applied: 10_001, answered: 10_002 });
    const { findings } = judged(lab.build());
    expect(findings[0]!.sentence).toContain('again on a new association over path A');
  });

  it('takes a retry for a give-up where nothing was closed before', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A' });
    const b = lab.association({ link: 'B' });
    lab.write(a, { lba: 12, bytes: 'W', sent: 1000, applied: 9000, answered: 9001 });
    lab.write(b, { lba: 12, bytes: 'W', sent: 8000, applied: 8001, answered: 8002 });
    lab.write(a, { lba: 13, bytes: 'X', sent: 8500, applied: 8501, answered: 8502 });
    const verdict = judged(lab.build());
    expect(verdict.findings[0]!.sentence).toContain('while it still spoke on A');
    expect(verdict.margins[0]!.giveUpMs).toBe(8000);
  });

  it('sees the retry of one block of a larger write', () => {
    const { lab, a, b } = labWithLostPath();
    lab.command(a, { lba: 40, bytes: ['P', 'Q', 'R'], sent: 1000 });
    lab.write(b, { lba: 41, bytes: 'Q', sent: 8100, applied: 8101, answered: 8102 });
    const { findings } = judged(lab.build());
    expect(findings[0]!.witness.lba).toBe(41);
  });

  describe('is held by', () => {
    it('other bytes for the block: a new write', () => {
      const { lab, b } = labWithLostPath();
      lab.write(b, { lba: 12, bytes: 'V', sent: 8100, applied: 8101, answered: 8102 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('the same bytes for another block', () => {
      const { lab, b } = labWithLostPath();
      lab.write(b, { lba: 13, bytes: 'W', sent: 8100, applied: 8101, answered: 8102 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('the same bytes from another host', () => {
      const { lab } = labWithLostPath();
      const other = lab.association({ link: 'C', host: 'host2' });
      lab.write(other, { lba: 12, bytes: 'W', sent: 8100, applied: 8101, answered: 8102 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('a second command on the same association', () => {
      const { lab, a } = labWithLostPath();
      lab.write(a, { lba: 12, bytes: 'W', sent: 2000, applied: 2001 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('a command that was answered with a path error before', () => {
      const lab = new HistoryBuilder();
      const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' } });
      const b = lab.association({ link: 'B' });
      lab.command(a, { lba: 12, bytes: 'W', sent: 1000, answered: 1010, status: 0x371 });
      lab.write(b, { lba: 12, bytes: 'W', sent: 1011, applied: 1012, answered: 1013 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('a read', () => {
      const { lab, a, b } = labWithLostPath();
      lab.command(a, { lba: 50, bytes: 'R', sent: 1000, op: 'read' });
      lab.command(b, { lba: 50, bytes: 'R', sent: 8100, answered: 8101, op: 'read' });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('equal bytes of two writers over two paths that both stay', () => {
      const lab = new HistoryBuilder();
      const a = lab.association({ link: 'A' });
      const b = lab.association({ link: 'B' });
      lab.write(a, { lba: 12, bytes: '0', sent: 1000, applied: 1003, answered: 1004 });
      lab.write(b, { lba: 12, bytes: '0', sent: 1001, applied: 1002, answered: 1003 });
      expect(judged(lab.build()).verdict).toBe('pass');
    });
  });

  it('still sees the early retry of a command that had been sent anew after a path error', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A' });
    const b = lab.association({ link: 'B', givenUp: { at: 8000, by: 'rst' } });
    const c = lab.association({ link: 'C' });
    lab.command(a, { lba: 12, bytes: 'W', sent: 1000, answered: 1010, status: 0x371 });
    lab.command(b, { lba: 12, bytes: 'W', sent: 1011 });
    lab.write(c, { lba: 12, bytes: 'W', sent: 8100, applied: 8101, answered: 8102 });
    const { findings } = judged(lab.build());
    expect(findings[0]!.sentence).toContain('of path B again on path C');
  });

  describe('of a write whose data was never sent in full', () => {
    function labWithHalfSentWrite(options: Partial<AssociationOptions> = {}) {
      const made = labWithLostPath(options);
      const half = made.lab.command(made.a, { lba: 20, bytes: 'H', sent: 1000, complete: null });
      half.payloads = [];
      return made;
    }

    it('is inconclusive: other bytes for the block may be it, or a new write', () => {
      const { lab, b } = labWithHalfSentWrite();
      lab.write(b, { lba: 20, bytes: 'H', sent: 8100, applied: 8101, answered: 8102 });
      const verdict = judged(lab.build());
      expect(statusOf(verdict, rule)).toMatchObject({ status: 'inconclusive' });
      expect(verdict.inconclusive[0]!.reason).toContain('LBA 20');
      expect(verdict.inconclusive[0]!.reason).toContain('never sent in full');
      expect(verdict.exercised.retriedEarly).toBe(0);
    });

    it('is inconclusive too where it is the second: it may be the retry of the first', () => {
      const { lab, a, b } = labWithLostPath();
      lab.command(a, { lba: 20, bytes: 'F', sent: 1000 });
      lab.command(b, { lba: 20, bytes: 'F', sent: 8100, complete: null }).payloads = [];
      const verdict = judged(lab.build());
      expect(statusOf(verdict, rule)).toMatchObject({ status: 'inconclusive' });
      expect(statusOf(verdict, rule).reason).toContain('the second write was never sent in full');
    });

    it.each([
      ['after the fence end', 'cqt-zero-10s', 26_500],
      ['where no fence holds it', 'cqt-zero-immediate', 8100],
    ] as const)('is held %s', (_, profile, sent) => {
      const { lab, b } = labWithHalfSentWrite();
      lab.write(b, { lba: 20, bytes: 'H', sent, applied: sent + 1, answered: sent + 2 });
      expect(statusOf(judged(lab.build(), { profile }), rule).status).toBe('held');
    });

    it.each([
      ['on another block', 'host1', 21],
      ['by another host', 'host2', 20],
    ])('is held where the next write is %s', (_, host, lba) => {
      const { lab } = labWithHalfSentWrite();
      const c = lab.association({ link: 'C', host });
      lab.write(c, { lba, bytes: 'N', sent: 8100, applied: 8101, answered: 8102 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });
  });

  it.each([
    ['on another block', { lba: 90, bytes: 'W', sent: 9000 }],
    ['on the block before', { lba: 12, bytes: 'W', sent: 500, answered: 502 }],
    ['on the block by two writers at once', { lba: 12, bytes: 'W', sent: 1000.05 }],
  ])('is inconclusive where the workload repeats its bytes %s', (_, other) => {
    const { lab, a, b } = labWithLostPath();
    lab.command('answered' in other ? b : a, other);
    lab.write(b, { lba: 12, bytes: 'W', sent: 8100, applied: 8101, answered: 8102 });
    const verdict = judged(lab.build());
    expect(statusOf(verdict, rule)).toMatchObject({ status: 'inconclusive' });
    expect(verdict.inconclusive[0]!.reason).toContain('LBA 12');
  });

  it('is inconclusive where the margin is below the uncertainty', () => {
    const { lab, b } = labWithLostPath();
    lab.uncertain(2);
    lab.write(b, { lba: 12, bytes: 'W', sent: 25_999, applied: 26_100, answered: 26_101 });
    const verdict = judged(lab.build());
    expect(verdict.verdict).toBe('inconclusive');
    expect(statusOf(verdict, rule).reason).toContain('below the uncertainty');
  });

  it('takes the uncertainty of a fence end by time from the moment that it is counted from', () => {
    const { lab, b } = labWithLostPath();
    lab.write(b, { lba: 12, bytes: 'W', sent: 25_950, applied: 26_100, answered: 26_101 });
    const history = lab.build();
    const stalledAround = (ms: number) => (t: number) =>
      Math.abs(t - ms * 1e6) < 1e6 ? 100e6 : 1e6;
    history.uncertaintyAt = stalledAround(1000);
    expect(statusOf(judged(history), rule).status).toBe('inconclusive');
    history.uncertaintyAt = stalledAround(26_000);
    expect(statusOf(judged(history), rule).status).toBe('violated');
  });

  it('is never too early, nor too close, where the fence ends with the give-up: a retry is one', () => {
    const { lab, b } = labWithLostPath();
    lab.uncertain(50);
    lab.write(b, { lba: 12, bytes: 'W', sent: 8001, applied: 8002, answered: 8003 });
    const profile = 'cqt-zero-immediate';
    expect(statusOf(judged(lab.build(), { profile }), rule).status).toBe('held');
    const without = new HistoryBuilder().uncertain(50);
    const a = without.association({ link: 'A' });
    const other = without.association({ link: 'B' });
    without.command(a, { lba: 12, bytes: 'W', sent: 1000 });
    without.write(other, { lba: 12, bytes: 'W', sent: 8001, applied: 8002, answered: 8003 });
    expect(statusOf(judged(without.build(), { profile }), rule).status).toBe('held');
  });

  it.each([
    ['none, when it was applied before the retry', 2000, 0.1, 'none'],
    ['possible, when it was complete and never applied', null, 0.1, 'possible'],
    ['none, when it was never complete', null, null, 'none'],
  ])('says of the harm: %s', (_, applied, completeAfter, harm) => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' } });
    const b = lab.association({ link: 'B' });
    const complete = completeAfter === null ? null : 1000 + completeAfter;
    const original = lab.command(a, { lba: 12, bytes: 'W', sent: 1000, complete });
    if (complete !== null) lab.apply(original, { applied });
    lab.write(b, { lba: 12, bytes: 'W', sent: 8100, applied: 8101, answered: 8102 });
    expect(judged(lab.build()).findings[0]!.harm).toBe(harm);
  });
});
