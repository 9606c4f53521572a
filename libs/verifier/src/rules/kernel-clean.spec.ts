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

  /** Windows of 1 s up to `until` in which the VM waited for the processor for so long. */
  const scheduled = (lab: HistoryBuilder, until: number, waitedNs: number, from = 1) => {
    for (let second = from; second <= until; second++) {
      lab.event({ t: second * 1e9, kind: 'vm-schedule', vm: 'A', windowNs: 1e9, waitedNs });
    }
    return lab;
  };

  it('counts a stall message of a VM that had the processor', () => {
    const lab = scheduled(new HistoryBuilder().console('A', 60_000, softLockup), 61, 1e6);
    expect(statusOf(judged(lab.build()), rule).status).toBe('violated');
  });

  it.each([
    ['that waited for the processor', (lab: HistoryBuilder) => scheduled(lab, 61, 100e6)],
    ['that was seen for too short a time', (lab: HistoryBuilder) => scheduled(lab, 61, 0, 40)],
    ['that was not seen at all', (lab: HistoryBuilder) => lab],
    [
      'beside a recorder that stood still',
      (lab: HistoryBuilder) => scheduled(lab, 61, 0).event({ t: 50e9, kind: 'stall', ns: 1500e6 }),
    ],
  ])('does not count the stall message of a VM %s', (_which, shape) => {
    const lab = shape(new HistoryBuilder().console('A', 60_000, softLockup));
    expect(statusOf(judged(lab.build()), rule)).toEqual({
      rule,
      status: 'held',
      reason:
        'no console shows a kernel fault; 1 stall message not counted, as the VM is not seen to have had the processor',
    });
  });

  it('holds complaints of the clock source to the microseconds that they speak of', () => {
    const skew = "clocksource: timekeeping watchdog on CPU0: Marking clocksource 'tsc' as unstable";
    const waiting = scheduled(new HistoryBuilder().console('A', 60_000, skew), 61, 1e6);
    expect(statusOf(judged(waiting.build()), rule).status).toBe('held');
    const running = scheduled(new HistoryBuilder().console('A', 60_000, skew), 61, 0);
    expect(statusOf(judged(running.build()), rule).status).toBe('violated');
  });

  it('lists the detectors of each kernel', () => {
    const lab = new HistoryBuilder();
    for (const vm of ['A', 'B', 'C']) lab.console(vm, 1, 'booted');
    const detectors = { A: ['lockdep', 'KASAN'], B: [], C: ['lockdep', 'KASAN'] };
    expect(statusOf(judged(lab.build(), { detectors }), rule).reason).toContain(
      '(detectors of A, C: lockdep, KASAN; B: none)',
    );
  });

  it('is inconclusive where a console recorded nothing', () => {
    const lab = new HistoryBuilder().console('A', 1, 'booted');
    const verdict = judged(lab.build(), { detectors: { A: [], B: [] } });
    expect(statusOf(verdict, rule).reason).toBe('kernel-clean: the console of B has no line');
    expect(verdict.verdict).toBe('inconclusive');
  });
});
