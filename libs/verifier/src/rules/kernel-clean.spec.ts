import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from '../history-builder.testing.js';
import { judged, statusOf } from '../judge.testing.js';

const rule = 'kernel-clean';
const softLockup = 'watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [kworker/0:1:12]';

describe(rule, () => {
  it('makes one finding of the lines of one kind on one console', () => {
    const lab = new HistoryBuilder();
    lab.console(
      'A',
      100,
      '[    1.2] WARNING: CPU: 0 PID: 7 at drivers/nvme/target/core.c:12 nvmet_x+0x1/0x2',
    );
    lab.console(
      'A',
      200,
      '[    1.3] WARNING: CPU: 0 PID: 7 at drivers/nvme/target/core.c:12 nvmet_x+0x1/0x2',
    );
    lab.console('host1', 300, '[    1.4] Kernel panic - not syncing: Fatal exception');
    const verdict = judged(lab.build());
    expect(verdict.verdict).toBe('violation');
    expect(verdict.findings.map(({ blame, blamed }) => [blame, blamed])).toEqual([
      ['kernel', 'A'],
      ['kernel', 'host1'],
    ]);
    expect(verdict.findings[0]!.sentence).toContain('(WARNING)');
    expect(verdict.findings[0]!.sentence).toContain('(and 1 more line of the kind)');
    expect(verdict.findings[0]!.witness.steps).toHaveLength(2);
  });

  it('counts a stall message when the recorder itself was on time', () => {
    const lab = new HistoryBuilder().console('A', 60_000, softLockup);
    lab.event({ t: 5e9, kind: 'stall', ns: 800e6 }).event({ t: 59e9, kind: 'stall', ns: 20e6 });
    expect(statusOf(judged(lab.build()), rule).status).toBe('violated');
  });

  it('excuses a stall message that follows a stall of the machine', () => {
    const lab = new HistoryBuilder().console('A', 60_000, softLockup);
    lab.event({ t: 50e9, kind: 'stall', ns: 800e6 });
    expect(statusOf(judged(lab.build()), rule)).toEqual({
      rule,
      status: 'held',
      reason: 'no console shows a kernel fault; 1 stall message fell into a stall of this machine',
    });
  });

  it('lists the detectors of each kernel', () => {
    const lab = new HistoryBuilder().console('A', 1, 'booted').console('B', 1, 'booted');
    const detectors = { A: ['lockdep', 'KASAN'], B: [] };
    expect(statusOf(judged(lab.build(), { detectors }), rule).reason).toContain(
      '(detectors of A: lockdep, KASAN; B: none)',
    );
  });

  it('is inconclusive where a console recorded nothing', () => {
    const lab = new HistoryBuilder().console('A', 1, 'booted');
    const verdict = judged(lab.build(), { detectors: { A: [], B: [] } });
    expect(statusOf(verdict, rule).reason).toBe('kernel-clean: the console of B has no line');
    expect(verdict.verdict).toBe('inconclusive');
  });
});
