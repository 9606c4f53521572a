import type { History } from '@fenceline/history';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from '../history-builder.testing.js';
import type { HostSettings } from '../input.js';
import { judged, statusOf } from '../judge.testing.js';

const rule = 'path-restored';
const settings: HostSettings = { reconnectDelayMs: 2000, ctrlLossTimeoutMs: 600_000 };

/** A is given up at 8 s, its link dropped from 1 s to 20 s: by 20 + 2 + 10 = 32 s the host must be back. */
function history(
  options: { backAt?: number; healedAt?: number; tries?: number[]; wentOnAt?: number | null } = {},
): History {
  const { backAt, healedAt = 20_000, tries = [], wentOnAt = 8001 } = options;
  const lab = new HistoryBuilder();
  const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' }, cqtMs: 5000 });
  const b = lab.association({ link: 'B' });
  lab.write(a, { lba: 1, bytes: 'W', applied: null, sent: 500 });
  if (wentOnAt !== null) lab.write(b, { lba: 1, bytes: 'W', applied: null, sent: wentOnAt });
  if (backAt !== undefined) lab.association({ link: 'A' }).connectedAt = backAt * 1e6;
  const built = lab.build();
  built.openings = tries.map((at) => ({ link: 'A', t: at * 1e6 }));
  built.faults.push({
    id: 'f',
    describe: 'drop A',
    fault: 'drop',
    nodes: [],
    link: 'A',
    start: 1000e6,
    end: healedAt * 1e6,
  });
  return built;
}

const judge = (it: History, hosts: Record<string, HostSettings> = { host1: settings }) => {
  const verdict = judged(it, { hosts });
  return {
    ...statusOf(verdict, rule),
    findings: verdict.findings.filter((finding) => finding.rule === rule),
  };
};

describe(rule, () => {
  it.each([
    ['1 ms inside', 31_999, 'held'],
    ['at the bound', 32_000, 'held'],
    ['1 ms outside', 32_001, 'violated'],
    ['never', undefined, 'violated'],
  ])('draws the line at reconnect delay and bound: %s', (_, backAt, expected) => {
    const { status, findings } = judge(history(backAt === undefined ? {} : { backAt }));
    expect(status).toBe(expected);
    if (expected === 'violated') {
      expect(findings[0]).toMatchObject({ blame: 'host', blamed: 'host1' });
      expect(findings[0]!.sentence).toContain('did not try to connect over A within 12 s');
    }
  });

  it('cannot tell whose fault it is where the host tried', () => {
    const { status, reason } = judge(history({ tries: [19_000, 21_000, 25_000] }));
    expect(status).toBe('inconclusive');
    expect(reason).toContain('tried 2 times');
  });

  it.each<[string, History, HostSettings?]>([
    ['the fault lasts', history({ healedAt: 900_000_000 })],
    ['the host was to give up for good', history(), { ...settings, ctrlLossTimeoutMs: 20_000 }],
  ])('says nothing where %s', (_, it, own = settings) => {
    expect(judge(it, { host1: own }).status).toBe('not-judged');
  });

  it.each([
    [9, 'inconclusive'],
    [10, 'violated'],
  ])(
    'does not decide below the uncertainty of the recording: %i ms after the bound',
    (ms, expected) => {
      const it = history({ backAt: 32_000 + ms });
      it.uncertaintyAt = () => 5e6;
      expect(judge(it).status).toBe(expected);
    },
  );

  it.each([
    ['until it goes on with its writes', 22_000, 34_000],
    ['until its fence end at the latest', null, 40_000],
  ])('lets a host fence before it connects: %s', (_, wentOnAt, backBy) => {
    const backIn = (backAt: number) => judge(history({ backAt, wentOnAt, healedAt: 9000 })).status;
    expect(backIn(backBy)).toBe('held');
    expect(backIn(backBy + 1)).toBe('violated');
  });

  it('says nothing where the lab ends before', () => {
    const it = history();
    it.events.push({ t: 31_999e6, kind: 'phase', phase: 'teardown' });
    expect(judge(it).status).toBe('not-judged');
  });

  it('counts a fault of the node too', () => {
    const it = history({ backAt: 60_000 });
    const held = { id: 'g', describe: 'hold A', fault: 'hold', link: null, nodes: ['A'] } as const;
    it.faults.push({ ...held, start: 0, end: 50_000e6 });
    expect(judge(it).status).toBe('held');
  });

  it('is not judged without the settings of the host, nor where no path was given up', () => {
    expect(judge(history(), {})).toMatchObject({
      status: 'not-judged',
      reason: 'the reconnect delay of host1 is not known',
    });
    const lab = new HistoryBuilder();
    lab.association({ link: 'A' });
    expect(judge(lab.build()).reason).toBe('no path was given up');
  });

  it('a law: found is exactly who stays away too long', () => {
    const times = fc.integer({ min: 8001, max: 100_000 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1001, max: 60_000 }), (backAt, healedAt) => {
        const since = Math.max(healedAt, 8000);
        const expected = backAt - since > 12_000 ? 1 : 0;
        expect(judge(history({ backAt, healedAt })).findings).toHaveLength(expected);
      }),
      { numRuns: 200 },
    );
  });
});
