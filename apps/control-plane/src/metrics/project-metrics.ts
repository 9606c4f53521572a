import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { Database } from '../database/database.js';

interface Measure {
  name: string;
  help: string;
  /** Column that becomes a label, where there is one. */
  label?: 'state' | 'outcome';
  /** Gives `value`, and the label. Its one parameter is the project. */
  sql: string;
}

const measures: readonly Measure[] = [
  {
    name: 'fenceline_jobs',
    help: 'Jobs that are not finished, by state',
    label: 'state',
    sql: `SELECT state, count(*) AS value FROM jobs
           WHERE state <> 'finished' AND project_id = $1 GROUP BY state`,
  },
  {
    name: 'fenceline_attempts',
    help: 'Attempts that have not ended, by state',
    label: 'state',
    sql: `SELECT state, count(*) AS value FROM attempts
           WHERE ended_at IS NULL AND project_id = $1 GROUP BY state`,
  },
  {
    name: 'fenceline_outcomes',
    help: 'Jobs that were decided, by outcome',
    label: 'outcome',
    sql: `SELECT outcome, count(*) AS value FROM job_outcomes WHERE project_id = $1 GROUP BY outcome`,
  },
  {
    name: 'fenceline_workers',
    help: 'Workers, by state',
    label: 'state',
    sql: `SELECT state, count(*) AS value FROM workers
           WHERE revoked_at IS NULL AND project_id = $1 GROUP BY state`,
  },
  {
    name: 'fenceline_queue_age_seconds',
    help: 'How long the job has waited that waits longest',
    sql: `SELECT coalesce(extract(epoch FROM now() - min(queued_at)), 0)::float8 AS value FROM jobs
           WHERE state = 'queued' AND project_id = $1`,
  },
  {
    name: 'fenceline_relay_lag_seconds',
    help: 'Age of the oldest event that has no number yet',
    sql: `SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS value FROM events
           WHERE number IS NULL AND project_id = $1`,
  },
];

/** Numbers of a project, as Postgres has them at the moment. */
@Injectable()
export class ProjectMetrics {
  constructor(private readonly database: Database) {}

  /** In the text format of Prometheus. */
  async textOf(projectId: string): Promise<string> {
    // A registry of its own: two projects may ask at the same time.
    const registry = new Registry();
    for (const { name, help, label, sql } of measures) {
      const labelNames = label === undefined ? [] : [label];
      const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
      const rows = await this.database.query<Record<string, string>>(sql, [projectId]);
      for (const row of rows) {
        gauge.set(label === undefined ? {} : { [label]: row[label]! }, Number(row['value']));
      }
    }
    return registry.metrics();
  }
}
