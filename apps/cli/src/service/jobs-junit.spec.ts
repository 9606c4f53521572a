import { describe, expect, it } from 'vitest';
import type { Job, RunDetail } from './documents.js';
import { jobsJunit } from './jobs-junit.js';

const run = {
  id: 'run-1',
  name: 'nightly',
  owner: 'ci',
  createdAt: '2026-01-01T00:00:00.000Z',
  progress: { exitCode: 3 },
} as RunDetail;

function job(seed: number, outcome: string, exitCode: number): Job {
  return {
    id: `job-${seed}`,
    scenario: { name: 'stuck-write' },
    kernel: null,
    seed,
    repeat: 0,
    state: 'finished',
    queuedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:00:02.500Z',
    outcome: {
      outcome,
      exitCode,
      asExpected: exitCode === 0,
      rules: ['final-image'],
      summary: 'So.',
    },
  } as unknown as Job;
}

describe('jobsJunit', () => {
  it('has a test case a job: by what was expected, not by the verdict', () => {
    const jobs = [
      job(1, 'violation', 0),
      job(2, 'violation', 1),
      job(3, 'pass', 4),
      job(4, 'inconclusive', 2),
      job(5, 'error', 3),
      job(6, 'skipped', 0),
      { ...job(7, '', 0), state: 'active', outcome: null, finishedAt: null } as Job,
    ];
    const xml = jobsJunit(run, jobs);
    expect(xml).toContain(
      '<testsuite name="nightly" tests="7" failures="2" errors="3" skipped="1" time="2.500" timestamp="2026-01-01T00:00:00">',
    );
    expect(xml).toContain('<property name="run" value="run-1"/>');
    const results = [...xml.matchAll(/name="stuck-write, seed (\d)".*?(?:\/>|>\n<(\w+))/g)];
    expect(results.map(([, seed, result]) => [seed, result])).toEqual([
      ['1', undefined],
      ['2', 'failure'],
      ['3', 'failure'],
      ['4', 'error'],
      ['5', 'error'],
      ['6', 'skipped'],
      ['7', 'error'],
    ]);
    expect(xml).toContain('<failure message="So." type="violation">So.\nfinal-image\njob job-2<');
    expect(xml).toContain('message="not finished"');
  });
});
