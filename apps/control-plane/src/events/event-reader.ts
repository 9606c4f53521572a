import { Injectable } from '@nestjs/common';
import type { ServiceEvent } from '@fenceline/contracts/api';
import { Database } from '../database/database.js';

export interface EventFilter {
  projectId: string;
  runId?: string | undefined;
  jobId?: string | undefined;
  types?: readonly string[] | undefined;
}

/** What follows a place in the log of events. */
export interface EventPage {
  events: ServiceEvent[];
  /** They are those after this number: not the one that was asked for where that is not kept any more. */
  start: bigint;
  /** Where to go on from: beyond events that the filter does not mean, too. */
  position: bigint;
  /** There may be more already. */
  more: boolean;
}

/** The most events of one page: what a reader holds in memory. */
const pageSize = 200;

interface Row extends Omit<ServiceEvent, 'at'> {
  at: Date;
}

/** Reads the log of events by number. */
@Injectable()
export class EventReader {
  constructor(private readonly database: Database) {}

  /** The number of the newest event, 0 where there is none. */
  async head(): Promise<bigint> {
    return (await this.bounds()).last;
  }

  /** The events after a number, or after the nearest one that is kept. */
  async after(asked: bigint, { projectId, runId, jobId, types }: EventFilter): Promise<EventPage> {
    const { first, last } = await this.bounds();
    const start = asked > last ? last : asked < first - 1n ? first - 1n : asked;
    if (start === last) return { events: [], start, position: last, more: false };
    const rows = await this.database.query<Row>(
      `SELECT number, type, owner, run_id AS "runId", job_id AS "jobId", attempt_id AS "attemptId",
              worker_id AS "workerId", created_at AS at, data
         FROM events
        WHERE project_id = $1 AND number > $2 AND number <= $3
          AND ($4::uuid IS NULL OR run_id = $4) AND ($5::uuid IS NULL OR job_id = $5)
          AND ($6::text[] IS NULL OR type = ANY ($6))
        ORDER BY number LIMIT $7`,
      [projectId, start, last, runId ?? null, jobId ?? null, types ?? null, pageSize],
    );
    const more = rows.length === pageSize;
    return {
      events: rows.map((row) => ({ ...row, at: row.at.toISOString() })),
      start,
      position: more ? BigInt(rows.at(-1)!.number) : last,
      more,
    };
  }

  /** Those of some jobs that a project has. */
  async jobsOf(projectId: string, jobIds: readonly string[]): Promise<string[]> {
    if (jobIds.length === 0) return [];
    const rows = await this.database.query<{ id: string }>(
      'SELECT id FROM jobs WHERE project_id = $1 AND id = ANY ($2::uuid[])',
      [projectId, jobIds],
    );
    return rows.map(({ id }) => id);
  }

  /** The numbers that are kept: from `first` to `last`, without a gap. */
  private async bounds(): Promise<{ first: bigint; last: bigint }> {
    const [row] = await this.database.query<{ first: string | null; last: string | null }>(
      'SELECT min(number) AS first, max(number) AS last FROM events',
      [],
      { prepared: true },
    );
    return { first: BigInt(row!.first ?? 1), last: BigInt(row!.last ?? 0) };
  }
}
