import type { LabEvent } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from '../history-builder.testing.js';
import { judged, statusOf } from '../judge.testing.js';

const rule = 'no-io-error';
type WorkloadEnd = Extract<LabEvent, { kind: 'workload-end' }>;

function labThatEnds(end: Partial<WorkloadEnd>) {
  const lab = new HistoryBuilder();
  const a = lab.association({ link: 'A' });
  lab.write(a, { lba: 1, bytes: 'W', sent: 1010, applied: 1011, answered: 1012 });
  lab.event({ t: 1e9, kind: 'workload-start', host: 'host1', job: 'writers' });
  lab.event({
    t: 9e9,
    kind: 'workload-end',
    host: 'host1',
    job: 'writers',
    exitCode: 0,
    stopped: false,
    errors: 0,
    worstLatencyNs: 5e6,
    ...end,
  });
  return lab.build();
}

describe(rule, () => {
  it('is violated by an error that the application saw', () => {
    const verdict = judged(labThatEnds({ errors: 2, exitCode: 1, message: 'Input/output error' }));
    expect(verdict.verdict).toBe('violation');
    expect(verdict.findings).toEqual([
      expect.objectContaining({
        rule,
        blame: 'host',
        blamed: 'host1',
        sentence: 'The workload writers on host1 saw 2 I/O errors: Input/output error.',
      }),
    ]);
  });

  it('is held when the scenario allows errors', () => {
    const history = labThatEnds({ errors: 2, exitCode: 1 });
    expect(judged(history, { allowIoErrors: true }).verdict).toBe('pass');
  });

  it('is held by a workload that the timeline stopped', () => {
    const verdict = judged(labThatEnds({ stopped: true, exitCode: null }));
    expect(verdict.verdict).toBe('pass');
    expect(verdict.longestStallMs).toBe(5);
  });

  it('leaves a workload that failed without an I/O error inconclusive', () => {
    const verdict = judged(labThatEnds({ exitCode: 3, message: 'no memory' }));
    expect(statusOf(verdict, rule).status).toBe('held');
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.inconclusive[0]!.reason).toBe(
      'the workload writers on host1 failed (exit 3): no memory',
    );
  });

  it('is inconclusive when a workload was not seen to end', () => {
    const lab = new HistoryBuilder();
    lab.event({ t: 0, kind: 'workload-start', host: 'host1', job: 'writers' });
    expect(statusOf(judged(lab.build()), rule).status).toBe('inconclusive');
  });
});
