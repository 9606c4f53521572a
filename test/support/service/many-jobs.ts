import { ask } from './scratch-database.js';

/** What the filled database has, for filters that find something. */
export const manyJobs = {
  /** Jobs of the first project and of another one; every 40th of them is the other's. */
  count: 200_000,
  projectId: '00000000-0000-4000-8000-000000000001',
  otherProjectId: '00000000-0000-4000-8000-000000000002',
  /** A run of 200 jobs. */
  runId: '30000000-0000-4000-8000-000000000500',
} as const;

/**
 * Fills a migrated database with 200,000 jobs, half a minute apart, of two projects, 1,000 runs, 20 owners, 40 scenarios and
 * 8 kernels. The newest 2,000 are queued; the others have an outcome. What is rare is also old: one owner, label,
 * kernel, scenario, rule and outcome is found among the oldest jobs alone.
 */
export async function fillWithJobs(url: string): Promise<void> {
  const { count, projectId, otherProjectId } = manyJobs;
  // The triggers that check foreign keys would take most of the time; the rows below have none that is wrong.
  await ask(
    url,
    'SET synchronous_commit = off',
    `UPDATE projects SET id = '${projectId}'`,
    `INSERT INTO projects (id, name) VALUES ('${otherProjectId}', 'other')`,
    `INSERT INTO scenarios (project_id, hash, owner, name, text)
     SELECT project.id, lpad(to_hex(n), 64, '0'), 'owner-1', 'scenario-' || n, 'name: scenario-' || n
       FROM projects project, generate_series(0, 40) n`,
    `INSERT INTO runs (id, project_id, owner, name, spec, labels, job_count, created_at)
     SELECT ('30000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
            CASE WHEN n % 40 = 39 THEN '${otherProjectId}'::uuid ELSE '${projectId}'::uuid END,
            'owner-' || n % 20, 'run ' || n, '{}', '{}', 200, '2026-01-01'::timestamptz + n * interval '100 minutes'
       FROM generate_series(0, 999) n`,
    `ALTER TABLE jobs DISABLE TRIGGER ALL`,
    `ALTER TABLE jobs ENABLE TRIGGER jobs_mark_by_label`,
    `INSERT INTO jobs (id, project_id, owner, run_id, scenario_hash, scenario_name, kernel, pinned, seed, driver, labels,
                       state, needs, memory_mib, cores, timeout_s, created_at, queued_at, finished_at)
     SELECT ('40000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, run.project_id,
            CASE WHEN n < 5 THEN 'owner-rare' ELSE run.owner END, run.id, lpad(to_hex(s), 64, '0'), 'scenario-' || s,
            CASE WHEN n < 5 THEN 'mine:rare' WHEN n % 9 > 0 THEN 'debian:6.' || n % 9 END, '{}', n, 'qemu',
            CASE WHEN n < 5 THEN ARRAY['rare'] WHEN n % 10 = 0 THEN ARRAY['night', 'team-' || n % 7] ELSE '{}' END,
            CASE WHEN n >= ${count - 2000} THEN 'queued' ELSE 'finished' END::job_state, '{}', 1200, 2, 600,
            t, t, CASE WHEN n < ${count - 2000} THEN t + interval '1 minute' END
       FROM generate_series(0, ${count - 1}) n
       JOIN LATERAL (SELECT '2026-01-01'::timestamptz + n * interval '30 seconds' AS t,
                            CASE WHEN n < 5 THEN 40 ELSE n % 37 END AS s) v ON true
       JOIN runs run ON run.id = ('30000000-0000-4000-8000-' || lpad((n / 200)::text, 12, '0'))::uuid`,
    `ALTER TABLE jobs ENABLE TRIGGER ALL`,
    `ALTER TABLE job_outcomes DISABLE TRIGGER ALL`,
    `ALTER TABLE job_outcomes ENABLE TRIGGER job_outcomes_mark`,
    `INSERT INTO job_outcomes (job_id, project_id, owner, outcome, as_expected, exit_code, rules, summary, decided_at)
     SELECT id, project_id, owner,
            CASE WHEN seed < 5 THEN 'skipped' WHEN seed % 100 = 0 THEN 'timeout' ELSE 'error' END::outcome_kind,
            seed < 5, 3, CASE WHEN seed < 5 THEN ARRAY['kernel-clean'] WHEN seed % 50 = 0 THEN ARRAY['no-early-retry'] ELSE '{}' END,
            'summary', finished_at
       FROM jobs WHERE state = 'finished'`,
    `ALTER TABLE job_outcomes ENABLE TRIGGER ALL`,
    'VACUUM ANALYZE',
  );
}
