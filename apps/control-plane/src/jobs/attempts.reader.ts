import { Injectable } from '@nestjs/common';
import type { Attempt, AttemptArtifact } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { Database } from '../database/database.js';
import type { Attempt as AttemptRow, Worker } from '../database/generated/client.js';
import { Problem } from '../http/problem.js';

const withWorker = { worker: { select: { id: true, name: true } } } as const;

/** Attempts as they are, and what they published. */
@Injectable()
export class AttemptsReader {
  constructor(private readonly database: Database) {}

  /** The first one first. */
  async ofJob({ projectId }: Principal, jobId: string): Promise<Attempt[]> {
    const rows = await this.database.prisma.attempt.findMany({
      where: { projectId, jobId },
      include: withWorker,
      orderBy: { number: 'asc' },
    });
    return rows.map(attemptOf);
  }

  /** @throws Problem `not-found` */
  async show({ projectId }: Principal, attemptId: string): Promise<Attempt> {
    const row = await this.database.prisma.attempt.findUnique({
      where: { id: attemptId, projectId },
      include: withWorker,
    });
    if (row === null) throw new Problem('not-found', `There is no attempt ${attemptId}.`);
    return attemptOf(row);
  }

  /** What the attempts of a job published, in the order in which they did. */
  async artifacts({ projectId }: Principal, jobId: string): Promise<AttemptArtifact[]> {
    const rows = await this.database.query<AttemptArtifact>(
      `SELECT artifact.id, artifact.attempt_id AS "attemptId", artifact.kind, artifact.name,
              blob.size::float8 AS size, blob.sha256
         FROM attempts attempt
         JOIN artifacts artifact ON artifact.attempt_id = attempt.id
         JOIN blobs blob ON blob.sha256 = artifact.sha256
        WHERE attempt.project_id = $1 AND attempt.job_id = $2
        ORDER BY artifact.created_at, artifact.name`,
      [projectId, jobId],
    );
    return rows;
  }
}

function attemptOf(row: AttemptRow & { worker: Pick<Worker, 'id' | 'name'> }): Attempt {
  return {
    id: row.id,
    projectId: row.projectId,
    owner: row.owner,
    jobId: row.jobId,
    number: row.number,
    worker: row.worker,
    state: row.state,
    how: row.endedHow,
    fencingToken: String(row.fencingToken),
    leaseExpiresAt: row.leaseExpiresAt?.toISOString() ?? null,
    cancelAsked: row.cancelAsked,
    message: row.message,
    assignedAt: row.assignedAt.toISOString(),
    claimedAt: row.claimedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
