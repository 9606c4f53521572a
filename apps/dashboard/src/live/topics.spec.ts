import { describe, expect, it } from 'vitest';
import { distinctKeys, staleKeys } from './topics.js';

const ids = { runId: 'r', jobId: 'j', workerId: null };

describe('what an event makes old', () => {
  it('is the job, its run and the lists, where a job ends', () => {
    const keys = staleKeys({ type: 'job.finished', ...ids });
    expect(keys).toEqual(
      expect.arrayContaining([
        ['job', 'j'],
        ['run', 'r'],
        ['jobs'],
        ['run-progress'],
        ['findings'],
      ]),
    );
  });

  it('is not the run, where an attempt takes a step', () => {
    const keys = staleKeys({ type: 'attempt.running', ...ids, workerId: 'w' });
    expect(keys).toContainEqual(['job', 'j']);
    expect(keys).toContainEqual(['worker', 'w']);
    expect(keys).not.toContainEqual(['run', 'r']);
  });

  it('is nothing, where a later service tells of something unknown', () => {
    expect(staleKeys({ type: 'moon.full', runId: null, jobId: null, workerId: null })).toEqual([]);
  });

  it('is told once, however many events say it', () => {
    const all = ['job.queued', 'job.active'].flatMap((type) => staleKeys({ type, ...ids }));
    expect(distinctKeys(all)).toHaveLength(5);
  });
});
