import type { LabDriverName, RuleName } from '@fenceline/contracts';
import type { Job, JobDetail, JobState, OutcomeName, Pinned } from '@fenceline/contracts/api';

/** A row of `jobColumns`. */
export interface JobRow {
  id: string;
  project_id: string;
  owner: string;
  run_id: string;
  scenario_hash: string;
  scenario_name: string;
  kernel: string | null;
  /** Of a bigint. */
  seed: string;
  repeat: number;
  driver: LabDriverName;
  labels: string[];
  priority: number;
  state: JobState;
  attempt_count: number;
  timeout_s: number;
  created_at: Date;
  queued_at: Date;
  finished_at: Date | null;
  pinned: Pinned[];
  needs: JobDetail['needs'];
  outcome: OutcomeName | null;
  as_expected: boolean;
  exit_code: number;
  rules: RuleName[];
  summary: string;
  decided_at: Date;
  attempt_id: string | null;
  judgement_id: string | null;
}

export function jobOf(row: JobRow): Job {
  return {
    id: row.id,
    projectId: row.project_id,
    owner: row.owner,
    runId: row.run_id,
    scenario: { hash: row.scenario_hash, name: row.scenario_name },
    kernel: row.kernel,
    seed: Number(row.seed),
    repeat: row.repeat,
    driver: row.driver,
    labels: row.labels,
    priority: row.priority,
    state: row.state,
    attemptCount: row.attempt_count,
    timeoutSeconds: row.timeout_s,
    createdAt: row.created_at.toISOString(),
    queuedAt: row.queued_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
    outcome:
      row.outcome === null
        ? null
        : {
            outcome: row.outcome,
            asExpected: row.as_expected,
            exitCode: row.exit_code,
            rules: row.rules,
            summary: row.summary,
            decidedAt: row.decided_at.toISOString(),
            attemptId: row.attempt_id,
            judgementId: row.judgement_id,
          },
  };
}
