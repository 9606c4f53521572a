import { never, type History } from '@fenceline/history';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryBuilder, type AssociationOptions } from '../history-builder.testing.js';
import { judged, statusOf } from '../judge.testing.js';
import { profiles } from '../profiles.js';

const rule = 'recovers-in-time';
const fault = { id: 'f', describe: 'drop B', fault: 'drop', nodes: [], link: 'B' } as const;

/** A is given up at 8 s; H is 1 s. Read the long way the fence ends at 8 + 3 × 5 + 10 = 33 s; the bound is 5 s. */
function labWithLostPath(options: Partial<AssociationOptions> = {}) {
  const lab = new HistoryBuilder();
  const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' }, ...options });
  const b = lab.association({ link: 'B' });
  lab.write(b, { lba: 99, bytes: 'before', sent: 10, applied: 11, answered: 12 });
  lab.command(a, { lba: 12, bytes: 'W', sent: 1000 });
  const retry = (sent: number) =>
    lab.write(b, { lba: 12, bytes: 'W', sent, applied: sent + 1, answered: sent + 2 });
  return { lab, a, b, retry };
}

const status = (history: History, profile = profiles[0]!.name) =>
  statusOf(judged(history, { profile }), rule).status;

describe(rule, () => {
  it.each([
    ['1 ms inside', 37_999, 'held'],
    ['at the bound', 38_000, 'held'],
    ['1 ms outside', 38_001, 'violated'],
    ['before the fence end', 8100, 'held'],
  ])('draws the line at the bound under every profile: %s', (_, sent, expected) => {
    for (const { name } of profiles) {
      const { lab, retry } = labWithLostPath();
      retry(sent);
      expect([name, status(lab.build(), name)]).toEqual([name, expected]);
    }
  });

  it('counts from the success of a CCR', () => {
    for (const [sent, expected] of [
      [14_001, 'held'],
      [14_002, 'violated'],
    ] as const) {
      const { lab, retry } = labWithLostPath({ ccrSuccessDelivered: 9001, ccrSuccessSent: 9000 });
      retry(sent);
      expect(status(lab.build())).toBe(expected);
    }
  });

  it('counts a retry whose data was never sent in full', () => {
    const { lab, b, retry } = labWithLostPath();
    lab.command(b, { lba: 12, bytes: 'W', sent: 33_000, complete: null }).payloads = [];
    retry(60_000);
    expect(status(lab.build())).toBe('held');
  });

  it('blames the host for writes that never come back', () => {
    const { lab } = labWithLostPath();
    const [finding] = judged(lab.build()).findings;
    expect(finding).toMatchObject({ rule, blame: 'host', blamed: 'host1' });
    expect(finding!.sentence).toBe(
      'host1 did not go on with 1 write of host1 over A, CNTLID 1 (#0) within the bound after the host fence ' +
        'end, with another path usable: LBA 12, CID 0x3002, was never sent again.',
    );
    expect(finding!.witness.steps.map(({ ms }) => ms)).toEqual([1000, 8000, 33_000, 38_000]);
  });

  it('counts from H + 2 × KATO at the latest, where a give-up cannot be seen', () => {
    const { lab, retry } = labWithLostPath({ givenUp: { at: 60_000, by: 'fin' } });
    // 1 + 10 + 25 + 5 s.
    retry(41_001);
    lab.build();
    expect(status(lab.build())).toBe('violated');
  });

  it('counts only time in which another path is usable', () => {
    for (const [sent, expected] of [
      [48_000, 'held'],
      [48_001, 'violated'],
    ] as const) {
      const { lab, retry } = labWithLostPath();
      retry(sent);
      const history = lab.build();
      history.faults.push({ ...fault, start: 34_000e6, end: 44_000e6 });
      expect(status(history)).toBe(expected);
    }
  });

  it.each([
    ['the other path never worked', (history: History) => (history.commands[0]!.status = 1)],
    ['it answered with an ANA error', (history: History) => (history.commands[0]!.status = 0x302)],
    [
      'it has a fault',
      (history: History) => history.faults.push({ ...fault, start: 0, end: never }),
    ],
    [
      'its node closed it',
      (history: History) => (history.associations[1]!.connections[0]!.nodeClosedAt = 30_000e6),
    ],
    [
      'the application was told of errors',
      (history: History) =>
        history.events.push({
          t: 40_000e6,
          kind: 'workload-end',
          host: 'host1',
          job: 'w',
          exitCode: 1,
          stopped: false,
          errors: 1,
          worstLatencyNs: null,
        }),
    ],
    [
      'the lab ends before',
      (history: History) => history.events.push({ t: 37_999e6, kind: 'phase', phase: 'teardown' }),
    ],
    ['the write was answered', (history: History) => (history.commands[1]!.answeredAt = 60_000e6)],
  ])('says nothing where %s', (_, change) => {
    const history = labWithLostPath().lab.build();
    change(history);
    expect(status(history)).toBe('not-judged');
  });

  it('is not judged where no path was given up', () => {
    const lab = new HistoryBuilder();
    lab.write(lab.association({ link: 'A' }), {
      lba: 1,
      bytes: 'W',
      sent: 1,
      applied: 2,
      answered: 3,
    });
    expect(statusOf(judged(lab.build()), rule).reason).toBe(
      'no write of unique bytes was outstanding when a path was given up',
    );
  });

  it('a law: found are exactly the retries that come too late', () => {
    const times = fc.array(fc.integer({ min: 8001, max: 60_000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(times, (sent) => {
        const { lab, a, b, retry } = labWithLostPath();
        retry(8050);
        sent.forEach((at, index) => {
          const write = { lba: 20 + index, bytes: `X${index}` };
          lab.command(a, { ...write, sent: 900 });
          lab.write(b, { ...write, sent: at, applied: at + 1, answered: at + 2 });
        });
        const late = sent.filter((at) => at > 38_000).length;
        const found = judged(lab.build()).findings.filter((it) => it.rule === rule);
        expect(found).toHaveLength(late > 0 ? 1 : 0);
        if (late > 0) expect(found[0]!.sentence).toContain(`go on with ${late} write`);
      }),
      { numRuns: 200 },
    );
  });
});
