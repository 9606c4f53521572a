import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from '../history-builder.testing.js';
import { judged, statusOf } from '../judge.testing.js';

const rule = 'no-stale-overwrite';

/** W is held on A, A is given up at 8 s, W is sent again on B at 8.1 s and answered at 8.102 s. */
function labWithHeldWrite(landsAt: number | null) {
  const lab = new HistoryBuilder();
  const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' } });
  const b = lab.association({ link: 'B' });
  const original = lab.write(a, { lba: 12, bytes: 'W', sent: 1000, applied: landsAt, held: 1001 });
  lab.write(b, { lba: 12, bytes: 'W', sent: 8100, applied: 8101, answered: 8102 });
  return { lab, a, b, original };
}

describe(rule, () => {
  it('is violated when the original lands over a newer write that was done', () => {
    const { lab, b } = labWithHeldWrite(9000);
    lab.write(b, { lba: 12, bytes: 'V', sent: 8200, applied: 8201, answered: 8202 });
    lab.command(b, { lba: 12, bytes: 'W', sent: 9500, answered: 9501, op: 'read' });
    const verdict = judged(lab.build());
    expect(verdict.verdict).toBe('violation');
    const finding = verdict.findings.find((it) => it.rule === rule)!;
    expect(finding).toMatchObject({ blame: 'host', blamed: 'host1', harm: null });
    expect(finding.sentence).toBe(
      'LBA 12: the write that host1 sent over path A at 1,000 ms (CID 0x3001) was applied by node A at ' +
        '9,000 ms over a newer one, acknowledged over path B 798 ms before; then the application read ' +
        'payload hash of W where it had been promised hash of V.',
    );
    expect(finding.witness.steps.map((step) => step.at)).toContain('journal#1');
    expect(finding.witness.steps.slice(-2)).toEqual([
      expect.objectContaining({ ms: 9501, at: 'B.host.pcapng#1004' }),
      { ms: 21_000.1, what: 'bound of node A by time, under cqt-zero-10s' },
    ]);
    const times = finding.witness.steps.map((step) => step.ms);
    expect(times).toEqual([...times].sort((x, y) => x - y));
  });

  it('blames the target for an apply after its bound, where the profile sets one', () => {
    const { lab, b } = labWithHeldWrite(30_000);
    lab.write(b, { lba: 12, bytes: 'V', sent: 27_000, applied: 27_001, answered: 27_002 });
    const history = lab.build();
    const blamed = (['cqt-zero-10s', 'cqt-zero-immediate', 'tp4129-strict'] as const).map(
      (profile) => judged(history, { profile }).findings.find((it) => it.rule === rule)!.blame,
    );
    expect(blamed).toEqual(['target', 'host', 'target']);
  });

  it('blames the target that had itself answered the write', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A' });
    lab.write(a, { lba: 12, bytes: 'W', sent: 1000, applied: 3000, answered: 1500 });
    lab.write(a, { lba: 12, bytes: 'V', sent: 2000, applied: 2001, answered: 2002 });
    expect(judged(lab.build()).findings[0]).toMatchObject({ rule, blame: 'target', blamed: 'A' });
  });

  it('blames no target that applied the retry before its answer, and the original after it', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'N1', node: 'N', givenUp: { at: 8000, by: 'fin' } });
    const b = lab.association({ link: 'N2', node: 'N' });
    const original = lab.command(a, { lba: 12, bytes: 'W', sent: 1000 });
    const retry = lab.command(b, { lba: 12, bytes: 'W', sent: 8100, answered: 8104 });
    // The node had not passed the original on when the retry came: either request may be either's.
    lab.apply(retry, { received: 8101, applied: 8103 });
    lab.apply(original, { received: 8102, applied: 9000 });
    lab.write(b, { lba: 12, bytes: 'V', sent: 8200, applied: 8201, answered: 8202 });
    const verdict = judged(lab.build());
    const finding = verdict.findings.find((it) => it.rule === rule)!;
    expect(finding).toMatchObject({ blame: 'host', witness: { path: 'N1', otherPath: 'N2' } });
  });

  it('is violated across hosts', () => {
    const { lab } = labWithHeldWrite(9000);
    const other = lab.association({ link: 'C', host: 'host2' });
    lab.write(other, { lba: 12, bytes: 'V', sent: 8200, applied: 8201, answered: 8202 });
    expect(statusOf(judged(lab.build()), rule).status).toBe('violated');
  });

  it('is violated by a write that its host never sent again, once its fence has ended', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' } });
    const b = lab.association({ link: 'B' });
    lab.write(a, { lba: 12, bytes: 'W', sent: 1000, applied: 40_000 });
    lab.write(b, { lba: 12, bytes: 'V', sent: 25_999, applied: 26_002, answered: 26_003 });
    expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    lab.write(b, { lba: 12, bytes: 'U', sent: 26_001, applied: 26_005, answered: 26_006 });
    expect(statusOf(judged(lab.build()), rule).status).toBe('violated');
  });

  it('makes one finding of the blocks of one request, and one of each request of a split write', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' } });
    const b = lab.association({ link: 'B' });
    const original = lab.command(a, { lba: 40, bytes: ['P', 'Q', 'R'], sent: 1000 });
    lab.apply(original, { applied: 9000, blocks: [0, 2] });
    lab.apply(original, { applied: 9001, blocks: [2, 1] });
    lab.write(b, { lba: 40, bytes: ['P', 'Q', 'R'], sent: 8100, applied: 8101, answered: 8102 });
    lab.write(b, { lba: 40, bytes: ['x', 'y', 'z'], sent: 8200, applied: 8201, answered: 8202 });
    const findings = judged(lab.build()).findings.filter((it) => it.rule === rule);
    expect(findings.map((it) => it.sentence.split(':')[0])).toEqual(['LBA 40-41', 'LBA 42']);
  });

  it('lists at most twenty findings and tells how many there are', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' } });
    const b = lab.association({ link: 'B' });
    for (let lba = 0; lba < 25; lba++) {
      lab.write(a, { lba, bytes: `W${lba}`, sent: 1000, applied: 9000 + lba });
      lab.write(b, { lba, bytes: `W${lba}`, sent: 8100, applied: 8101, answered: 8102 });
      lab.write(b, { lba, bytes: `V${lba}`, sent: 8200, applied: 8201, answered: 8202 });
    }
    const verdict = judged(lab.build());
    expect(verdict.findings.filter((it) => it.rule === rule)).toHaveLength(20);
    expect(statusOf(verdict, rule).reason).toContain('25 applies');
  });

  describe('is held when', () => {
    it('the original lands after its own retry and before anything newer', () => {
      const { lab, b } = labWithHeldWrite(8150);
      lab.write(b, { lba: 12, bytes: 'V', sent: 8200, applied: 8201, answered: 8202 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('the newer write was never answered', () => {
      const { lab, b } = labWithHeldWrite(9000);
      lab.write(b, { lba: 12, bytes: 'V', sent: 8200, applied: 8201 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('the newer write was applied, but answered with an error', () => {
      const { lab, b } = labWithHeldWrite(9000);
      lab.write(b, {
        lba: 12,
        bytes: 'V',
        sent: 8200,
        applied: 8201,
        answered: 8202,
        status: 0x280,
      });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('both were under way at the same time', () => {
      const lab = new HistoryBuilder();
      const a = lab.association({ link: 'A' });
      const b = lab.association({ link: 'B' });
      lab.write(a, { lba: 12, bytes: 'W', sent: 1000, applied: 4000, answered: 4001 });
      lab.write(b, { lba: 12, bytes: 'V', sent: 2000, applied: 2001, answered: 2002 });
      expect(judged(lab.build()).verdict).toBe('pass');
    });

    it('the newer one was sent before the older one was closed', () => {
      const { lab, b } = labWithHeldWrite(9000);
      lab.write(b, { lba: 12, bytes: 'V', sent: 8101.9, applied: 8201, answered: 8202 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('the newer one carries the same bytes', () => {
      const { lab, b } = labWithHeldWrite(9000);
      lab.write(b, { lba: 12, bytes: 'W', sent: 8200, applied: 8201, answered: 8202 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('the block held the older bytes already, written anew by a newer write', () => {
      const { lab, b } = labWithHeldWrite(60_000);
      lab.write(b, { lba: 12, bytes: 'V', sent: 50_000, applied: 50_001, answered: 50_002 });
      lab.write(b, { lba: 12, bytes: 'W', sent: 51_000, applied: 51_001, answered: 51_002 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('the only newer write carries the same bytes, whatever lies between', () => {
      const { lab, b } = labWithHeldWrite(60_000);
      lab.write(b, { lba: 12, bytes: 'X', sent: 8101, applied: 52_000, answered: 52_001 });
      lab.write(b, { lba: 12, bytes: 'W', sent: 51_000, applied: 51_001, answered: 51_002 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('the older one was sent after the fence of its association had ended', () => {
      const lab = new HistoryBuilder();
      const givenUp = { at: 8000, by: 'fin' } as const;
      const a = lab.association({ link: 'A', givenUp, ccrSuccessDelivered: 8500 });
      const b = lab.association({ link: 'B' });
      lab.write(b, { lba: 12, bytes: 'V', sent: 8800, applied: 8801, answered: 8802 });
      lab.write(a, { lba: 12, bytes: 'W', sent: 9000, applied: 9001 });
      lab.write(b, { lba: 12, bytes: 'U', sent: 8000, applied: 9002, answered: 9003 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('the older one never landed', () => {
      const { lab, b } = labWithHeldWrite(null);
      lab.write(b, { lba: 12, bytes: 'V', sent: 8200, applied: 8201, answered: 8202 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });
  });

  it('is inconclusive where the newer write followed closer than the uncertainty', () => {
    const { lab, b } = labWithHeldWrite(9000);
    lab.uncertain(2);
    lab.write(b, { lba: 12, bytes: 'V', sent: 8103, applied: 8201, answered: 8202 });
    const verdict = judged(lab.build(), { profile: 'cqt-zero-immediate' });
    expect(statusOf(verdict, rule)).toMatchObject({ status: 'inconclusive' });
    expect(verdict.inconclusive[0]!.reason).toContain('LBA 12: the times are closer');
  });

  it('takes the uncertainty of a fence end by time from the moment that it is counted from', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' } });
    const b = lab.association({ link: 'B' });
    lab.write(a, { lba: 12, bytes: 'W', sent: 1000, applied: 40_000, held: 1001 });
    // The fence ends at 26 s.
    lab.write(b, { lba: 12, bytes: 'V', sent: 26_050, applied: 26_051, answered: 26_052 });
    const history = lab.build();
    const stalledAround = (ms: number) => (t: number) =>
      Math.abs(t - ms * 1e6) < 1e6 ? 100e6 : 1e6;
    history.uncertaintyAt = stalledAround(1000);
    expect(statusOf(judged(history), rule).status).toBe('inconclusive');
    history.uncertaintyAt = stalledAround(26_000);
    expect(statusOf(judged(history), rule).status).toBe('violated');
  });

  it('knows for certain that a write answered with an error after the newer one was sent overlaps it', () => {
    const lab = new HistoryBuilder().uncertain(5);
    const a = lab.association({ link: 'A' });
    const b = lab.association({ link: 'B' });
    lab.write(a, { lba: 12, bytes: 'W', sent: 1000, applied: 1020, answered: 1011, status: 0x281 });
    lab.write(b, { lba: 12, bytes: 'V', sent: 1010, applied: 1012, answered: 1013 });
    expect(statusOf(judged(lab.build()), rule).status).toBe('held');
  });

  it('sees a deallocation of several ranges on each of them', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' } });
    const b = lab.association({ link: 'B' });
    const trim = lab.command(a, { lba: 5, bytes: [], op: 'deallocate', sent: 1000 });
    Object.assign(trim, {
      blocks: 1,
      ranges: [
        { slba: 5, blocks: 1 },
        { slba: 90, blocks: 2 },
      ],
    });
    // The fence ends at 26 s.
    lab.write(b, { lba: 91, bytes: 'V', sent: 30_000, applied: 30_001, answered: 30_002 });
    const applied = lab.apply(trim, { applied: 40_000 });
    Object.assign(applied, { slba: 90, blocks: 2 });
    const history = lab.build();
    applied.candidates = [[trim.id], [trim.id]];
    const verdict = judged(history);
    const stale = verdict.findings.filter((finding) => finding.rule === rule);
    expect(stale.map(({ sentence }) => sentence.split(':')[0])).toEqual(['LBA 91']);
    expect(verdict.exercised.completeUnapplied).toBe(1);
  });

  it('is inconclusive where the workload repeats its bytes, as the retry may be a write of its own', () => {
    const { lab, a, b } = labWithHeldWrite(9000);
    lab.write(a, { lba: 90, bytes: 'W', sent: 500, applied: 501, answered: 502 });
    lab.write(b, { lba: 12, bytes: 'V', sent: 8200, applied: 8201, answered: 8202 });
    const { status, reason } = statusOf(judged(lab.build()), rule);
    expect(status).toBe('inconclusive');
    expect(reason).toContain('LBA 12: the workload repeats its bytes');
  });

  describe('where equal bytes leave a choice', () => {
    /** W1 and W2 carry equal bytes on A; V comes between their applies. W2 is sent at the given time. */
    function labWithTwins(secondSent: number) {
      const lab = new HistoryBuilder();
      const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' } });
      const b = lab.association({ link: 'B' });
      const first = lab.command(a, { lba: 12, bytes: 'W', sent: 1000 });
      const second = lab.command(a, { lba: 12, bytes: 'W', sent: secondSent });
      lab.apply(first, { applied: 5000, received: 4000 });
      lab.apply(second, { applied: 60_000, received: 4001 });
      return { lab, b };
    }

    it('is violated when every assignment is stale', () => {
      const { lab, b } = labWithTwins(1001);
      lab.write(b, { lba: 12, bytes: 'V', sent: 50_000, applied: 50_001, answered: 50_002 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('violated');
    });

    it('is held when none is', () => {
      const { lab, b } = labWithTwins(1001);
      lab.write(b, { lba: 12, bytes: 'V', sent: 9000, applied: 9001, answered: 9002 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('held');
    });

    it('is inconclusive when only some are, and names the block', () => {
      const lab = new HistoryBuilder();
      const old = lab.association({ link: 'A', node: 'N', givenUp: { at: 8000, by: 'fin' } });
      const b = lab.association({ link: 'B' });
      const young = lab.association({ link: 'C', node: 'N', host: 'host2' });
      const first = lab.command(old, { lba: 12, bytes: 'W', sent: 1000 });
      const second = lab.command(young, { lba: 12, bytes: 'W', sent: 1001, answered: 70_000 });
      lab.apply(first, { applied: 5000, received: 4000 });
      lab.apply(second, { applied: 60_000, received: 4001 });
      lab.write(b, { lba: 12, bytes: 'V', sent: 50_000, applied: 50_001, answered: 50_002 });
      const verdict = judged(lab.build());
      expect(statusOf(verdict, rule).status).toBe('inconclusive');
      expect(verdict.inconclusive[0]!.reason).toContain('LBA 12: equal bytes leave a choice');
    });
  });
});
