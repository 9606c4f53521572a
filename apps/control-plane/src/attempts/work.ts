import type { LabDriverName } from '@fenceline/contracts';
import type { Pinned, Work } from '@fenceline/contracts/api';
import type { Reading } from '../state/apply-step.js';
import type { SeenAttempt } from '../state/seen.js';

/** A job's part of the work, as `workReading` reads it. */
export interface WorkRow {
  timeout_s: number;
  scenario_name: string;
  scenario_hash: string;
  text: string;
  /** Of a bigint. */
  seed: string;
  driver: LabDriverName;
  kernel: string | null;
  pinned: Pinned[];
}

/** What no step of a job changes. */
export const workReading: Reading = {
  columns:
    'j.timeout_s, j.scenario_name, j.scenario_hash, s.text, j.seed, j.driver, j.kernel, j.pinned',
  joins: `JOIN jobs j ON j.id = job_id
          JOIN scenarios s ON s.project_id = j.project_id AND s.hash = j.scenario_hash`,
};

/** All that a worker needs to run an attempt. */
export function workOf(
  { jobId, runId, attempt }: SeenAttempt,
  { timeout_s, scenario_name, scenario_hash, text, seed, driver, kernel, pinned }: WorkRow,
  leaseSeconds: number,
): Work {
  return {
    attemptId: attempt.id,
    jobId,
    runId,
    number: attempt.number,
    fencingToken: attempt.fencingToken,
    leaseSeconds,
    timeoutSeconds: timeout_s,
    scenario: { name: scenario_name, hash: scenario_hash, text },
    seed: Number(seed),
    driver,
    kernel,
    pinned,
  };
}
