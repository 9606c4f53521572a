import type { Finding } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { groupFindings, type JudgedViolation } from './group-findings.js';

function findingOf(what: string, fields: Partial<Finding> = {}): Finding {
  return {
    rule: 'no-stale-overwrite',
    blame: 'host',
    blamed: 'host1',
    harm: 'landed',
    sentence: what,
    witness: { steps: [{ ms: 1, what }] },
    ...fields,
  };
}

function violation(jobId: string, fields: Partial<JudgedViolation> = {}): JudgedViolation {
  return {
    jobId,
    runId: 'run',
    seed: 1,
    scenario: 'stuck-write',
    kernel: 'debian:6.1',
    asExpected: true,
    at: '2026-11-26T08:00:00.000Z',
    findings: [findingOf('host1 sends Write LBA 8, CID 1, on a')],
    ...fields,
  };
}

describe('groups of findings', () => {
  it('have what differs in numbers alone together, over jobs and kernels', () => {
    const groups = groupFindings([
      violation('c', { kernel: 'debian:6.12', asExpected: false, at: '2026-11-26T09:00:00.000Z' }),
      violation('b', {
        findings: [1, 2].map((cid) => findingOf(`host1 sends Write LBA 9, CID ${cid}, on a`)),
      }),
      violation('a', { at: '2026-11-25T08:00:00.000Z' }),
    ]);
    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({
      findings: 4,
      jobs: 3,
      notAsExpected: 1,
      firstAt: '2026-11-25T08:00:00.000Z',
      lastAt: '2026-11-26T09:00:00.000Z',
      kernels: [
        { kernel: 'debian:6.1', jobs: 2 },
        { kernel: 'debian:6.12', jobs: 1 },
      ],
      newest: [{ jobId: 'c' }, { jobId: 'b' }, { jobId: 'a' }],
    });
  });

  it('are apart by rule, scenario and order, and have the same key each time', () => {
    const violations = [
      violation('a', { scenario: 'no-fault' }),
      violation('b', { findings: [findingOf('x', { rule: 'no-early-retry' }), findingOf('y')] }),
    ];
    const keys = groupFindings(violations).map(({ key }) => key);
    expect(new Set(keys).size).toBe(3);
    expect(groupFindings(violations).map(({ key }) => key)).toEqual(keys);
    expect(groupFindings(violations, 'no-early-retry')).toHaveLength(1);
  });

  it('have the worst harm of all', () => {
    const [group] = groupFindings([
      violation('a', {
        findings: [findingOf('x', { harm: null }), findingOf('x', { harm: 'possible' })],
      }),
    ]);
    expect(group?.harm).toBe('possible');
  });
});
