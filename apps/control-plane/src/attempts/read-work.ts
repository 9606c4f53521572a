import type { LabDriverName } from '@fenceline/contracts';
import type { Pinned, Work } from '@fenceline/contracts/api';
import type { Sql } from '../database/sql.js';
import type { SeenAttempt } from '../state/seen.js';

interface Row {
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

/** All that a worker needs to run an attempt. */
export async function readWork(
  sql: Sql,
  { jobId, runId, attempt }: SeenAttempt,
  leaseSeconds: number,
): Promise<Work> {
  const [row] = await sql.query<Row>(
    `SELECT j.timeout_s, j.scenario_name, j.scenario_hash, s.text, j.seed, j.driver, j.kernel, j.pinned
       FROM jobs j JOIN scenarios s ON s.project_id = j.project_id AND s.hash = j.scenario_hash
      WHERE j.id = $1`,
    [jobId],
    { prepared: true },
  );
  const { timeout_s, scenario_name, scenario_hash, text, seed, driver, kernel, pinned } = row!;
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
