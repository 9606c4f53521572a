import { never } from '@fenceline/history';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryBuilder, type AssociationOptions } from '../history-builder.testing.js';
import { judged, statusOf } from '../judge.testing.js';

const rule = 'no-write-after-fence';

/** One write on A, held; A is given up at 8 s and its reset told to be a success, which leaves the node at 9 s. */
function labWithCcr(options: Partial<AssociationOptions> = {}) {
  const lab = new HistoryBuilder();
  const ccr = { ccrSuccessSent: 9000, ccrSuccessDelivered: 9001 };
  const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'ccr' }, ...ccr, ...options });
  const b = lab.association({ link: 'B' });
  const original = lab.command(a, { lba: 12, bytes: 'W', sent: 1000 });
  return { lab, a, b, original };
}

describe(rule, () => {
  it('is violated by an apply after the success of a CCR had left the node', () => {
    const { lab, original } = labWithCcr();
    lab.apply(original, { applied: 10_500, held: 1001 });
    const verdict = judged(lab.build());
    expect(verdict.verdict).toBe('violation');
    const [finding] = verdict.findings.filter((it) => it.rule === rule);
    expect(finding).toMatchObject({ blame: 'target', blamed: 'A', harm: 'landed' });
    expect(finding!.sentence).toBe(
      'Node A applied 1 write of host1 over A, CNTLID 1 (#0) after the success of its Cross-Controller Reset ' +
        'had left it; the first (LBA 12, CID 0x3001) 1,500 ms after.',
    );
    expect(finding!.witness.steps.map(({ ms }) => ms)).toEqual([
      1000, 1000.1, 1000.2, 1001, 8000, 9000, 10_500,
    ]);
    expect(finding!.witness.steps.at(-1)!.at).toBe('journal#1');
  });

  it.each([
    ['1 ms inside', 8999, 'held'],
    ['at the fence end', 9000, 'held'],
    ['1 ms outside', 9001, 'violated'],
  ])('draws the line at the fence end: %s', (_, applied, status) => {
    const { lab, original } = labWithCcr();
    lab.apply(original, { applied, held: 1001 });
    expect(statusOf(judged(lab.build()), rule).status).toBe(status);
  });

  it.each([
    ['1 ms inside', 8999, 'held'],
    ['1 ms outside', 9001, 'violated'],
  ])('knows the confirmation of a reset too: %s', (_, applied, status) => {
    const { lab, a, original } = labWithCcr();
    lab.apply(original, { applied, held: 1001 });
    a.ccrSuccessSentAt = never;
    a.ccrSuccessDeliveredAt = never;
    a.resetConfirmedSentAt = 9000e6;
    a.resetConfirmedDeliveredAt = 9001e6;
    expect(statusOf(judged(lab.build()), rule).status).toBe(status);
  });

  it('does not decide below the uncertainty of the recording', () => {
    const { lab, original } = labWithCcr();
    lab.apply(original, { applied: 9001, held: 1001 });
    lab.uncertain(5);
    const status = statusOf(judged(lab.build()), rule);
    expect(status.status).toBe('inconclusive');
    expect(status.reason).toContain('LBA 12, CID 0x3001: the margin, 1 ms');
  });

  it('is ordered by cause where the command that is answered with the success came after the apply', () => {
    const near = (applied: number) => {
      const { lab, a, original } = labWithCcr();
      a.ccrSuccessAskedAt = 8998e6;
      lab.apply(original, { applied, held: 1001 });
      return statusOf(judged(lab.uncertain(6).build()), rule).status;
    };
    expect(near(8997)).toBe('held');
    expect(near(8998)).toBe('held');
    expect(near(8999)).toBe('inconclusive');
    expect(near(9001)).toBe('inconclusive');
    expect(near(9020)).toBe('violated');
  });

  it('is not judged where no fence of a target ended: no time ends it', () => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' } });
    lab.write(a, { lba: 12, bytes: 'W', sent: 1000, applied: 900_000, held: 1001 });
    expect(statusOf(judged(lab.build()), rule)).toMatchObject({
      status: 'not-judged',
      reason: 'no fence of a target ended: no CCR succeeded, and no reset was confirmed',
    });
  });

  describe('with both ports on one node', () => {
    function twoPorts() {
      const lab = new HistoryBuilder();
      const a = lab.association({
        link: 'A',
        node: 'N',
        givenUp: { at: 8000, by: 'ccr' },
        ccrSuccessSent: 9000,
        ccrSuccessDelivered: 9001,
      });
      const b = lab.association({ link: 'B', node: 'N' });
      const original = lab.command(a, { lba: 12, bytes: 'W', sent: 1000 });
      const retry = lab.command(b, { lba: 12, bytes: 'W', sent: 9100, answered: 9300 });
      return { lab, original, retry };
    }

    it('the retry is applied after the fence end, the original was before', () => {
      const { lab, original, retry } = twoPorts();
      lab.apply(original, { applied: 8500, held: 1001 });
      lab.apply(retry, { applied: 9200 });
      expect(judged(lab.build()).verdict).toBe('pass');
    });

    it('a request that came before the retry was sent can only be the original', () => {
      const { lab, original, retry } = twoPorts();
      lab.apply(retry, { applied: 9200 });
      lab.apply(original, { applied: 20_000, held: 1001 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('violated');
    });

    it('one request after the fence end that either may have caused is not decided', () => {
      const { lab, retry } = twoPorts();
      lab.apply(retry, { applied: 9200 });
      const status = statusOf(judged(lab.build()), rule);
      expect(status.status).toBe('inconclusive');
      expect(status.reason).toContain('LBA 12');
    });

    it('two such requests are one late apply at least', () => {
      const { lab, retry } = twoPorts();
      lab.apply(retry, { applied: 9200 });
      lab.apply(retry, { applied: 9250 });
      expect(statusOf(judged(lab.build()), rule).status).toBe('violated');
    });
  });

  it('a law: late are exactly the writes applied after the success had left', () => {
    const write = fc.record({
      lba: fc.nat(5),
      sent: fc.integer({ min: 1, max: 7000 }),
      after: fc.integer({ min: 1, max: 12_000 }),
    });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 12 }), (writes) => {
        const { lab, a } = labWithCcr();
        writes.forEach(({ lba, sent, after }, index) => {
          lab.write(a, { lba, bytes: `W${index}`, sent, applied: sent + after, held: sent + 0.3 });
        });
        const late = writes.filter(({ sent, after }) => sent + after > 9000);
        const found = judged(lab.build()).findings.filter((it) => it.rule === rule);
        expect(found).toHaveLength(late.length > 0 ? 1 : 0);
        if (late.length > 0) {
          expect(found[0]!.sentence).toContain(`applied ${late.length} write`);
          expect(found[0]).toMatchObject({ blame: 'target', blamed: 'A' });
        }
      }),
      { numRuns: 200 },
    );
  });
});
