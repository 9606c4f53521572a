import { Writable } from 'node:stream';
import type { LiveEvent, ServiceEvent } from '@fenceline/contracts/api';
import { describe, expect, it } from 'vitest';
import { PlainProgress } from '../progress/plain-progress.js';
import type { Job } from './documents.js';
import { JobProgress, runProgress } from './follow-progress.js';

/** A pipe, and the lines that came through it. */
function pipe() {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { progress: new PlainProgress(stream, () => 0), lines: () => text.trimEnd().split('\n') };
}

const event = (type: string, data: ServiceEvent['data'] = {}, jobId = 'job-1'): ServiceEvent => ({
  number: '1',
  type,
  owner: 'alice',
  runId: 'run-1',
  jobId,
  attemptId: null,
  workerId: null,
  at: '2026-01-01T00:00:00Z',
  data,
});
const finished = (outcome: string, asExpected: boolean, summary: string) =>
  event('job.finished', { state: 'finished', outcome, asExpected, summary });

describe('JobProgress', () => {
  it('has a stage for each state of an attempt, and says when one is lost', () => {
    const { progress, lines } = pipe();
    const job = new JobProgress(progress, false);
    job.event(event('job.queued'));
    for (const type of ['attempt.assigned', 'attempt.claimed', 'attempt.running']) {
      job.event(event(type, { number: 1 }));
    }
    job.event(event('attempt.lease-expired', { number: 1 }));
    job.event(event('attempt.ended', { number: 1, how: 'lost' }));
    job.event(event('attempt.assigned', { number: 2 }));
    job.event(event('attempt.ended', { number: 2, how: 'done' }));
    job.event(finished('violation', false, 'no-stale-overwrite is violated.'));
    progress.end('done');
    expect(lines().filter((line) => !line.includes(' took '))).toEqual([
      'queued ...',
      'assigned: attempt 1',
      'prepare: attempt 1',
      'run: attempt 1',
      '  attempt 1: its worker is not heard of any more',
      '  attempt 1 ended, lost',
      'assigned: attempt 2',
      '  violation, NOT as expected: no-stale-overwrite is violated.',
    ]);
  });

  it('shows what its lab does, consoles only when asked, and nothing that moves the cursor', () => {
    const live: LiveEvent = {
      jobId: 'job-1',
      attemptId: 'attempt-1',
      dropped: 3,
      parts: [
        { kind: 'step', step: 'boot', detail: '3 VMs', ms: null },
        { kind: 'console', vm: 'host1', line: 'up\u001b[2J', ms: 12 },
        { kind: 'fault', what: 'hold the writes of A', ms: 1234 },
        { kind: 'bar', path: 'A', fromMs: 0, toMs: 1, writes: 1, reads: 0, held: 0 },
      ],
    };
    const shown = (console: boolean) => {
      const { progress, lines } = pipe();
      new JobProgress(progress, console).live(live);
      return lines();
    };
    const [dropped, step, fault] = [
      '(3 lines were left out)',
      'boot: 3 VMs',
      '1.234 s  hold the writes of A',
    ];
    expect(shown(false).map((line) => line.trim())).toEqual([dropped, step, fault]);
    expect(shown(true).map((line) => line.trim())).toEqual([
      dropped,
      step,
      '0.012 s  host1: up\ufffd[2J',
      fault,
    ]);
  });
});

describe('runProgress', () => {
  it('says of each job what became of it, by name where it is known', () => {
    const { progress, lines } = pipe();
    const job = {
      scenario: { name: 'stuck-write' },
      kernel: 'debian:6.1',
      seed: 3,
      repeat: 1,
    } as Job;
    const run = runProgress(progress, new Map([['job-1', job]]));
    run.event(event('attempt.running', { number: 1 }));
    run.event(finished('pass', true, 'No rule is violated.'));
    run.event(event('job.cancelling', {}, 'job-2'));
    run.event(event('something.new', { number: 1 }));
    expect(lines().map((line) => line.trim())).toEqual([
      'stuck-write, debian:6.1, seed 3, repeat 2: pass, as expected: No rule is violated.',
      'job-2: cancelling',
    ]);
  });
});
