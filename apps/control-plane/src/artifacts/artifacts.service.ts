import { Inject, Injectable } from '@nestjs/common';
import type { Artifact, InputOf, operations } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { Database } from '../database/database.js';
import { cursorOf, pageFrom, readCursor } from '../http/cursor.js';
import { Problem } from '../http/problem.js';
import type { HashedBytes } from '../http/send-bytes.js';
import { ARTIFACT_STORE, type ArtifactStore } from '../store/artifact-store.js';

interface Row {
  id: string;
  project_id: string;
  owner: string;
  kind: Artifact['kind'];
  name: string;
  size: string;
  sha256: string;
  attempt_id: string | null;
  job_id: string | null;
  created_at: Date;
}

const columns =
  'a.id, a.project_id, a.owner, a.kind, a.name, b.size, a.sha256, a.attempt_id, t.job_id, a.created_at';
const tables =
  'artifacts a JOIN blobs b ON b.sha256 = a.sha256 LEFT JOIN attempts t ON t.id = a.attempt_id';

/** Files that were published, and their bytes. */
@Injectable()
export class ArtifactsService {
  constructor(
    private readonly database: Database,
    @Inject(ARTIFACT_STORE) private readonly store: ArtifactStore,
  ) {}

  async list(
    { projectId }: Principal,
    { jobId, attemptId, kind, cursor, limit }: InputOf<typeof operations.artifacts.list>['query'],
  ): Promise<{ items: Artifact[]; next: string | null }> {
    const after = cursor === undefined ? undefined : readCursor(cursor);
    const values: unknown[] = [];
    const given = (value: unknown): string => `$${values.push(value)}`;
    const conditions = [
      `a.project_id = ${given(projectId)}`,
      ...(attemptId === undefined ? [] : [`a.attempt_id = ${given(attemptId)}`]),
      ...(jobId === undefined
        ? []
        : [`a.attempt_id IN (SELECT id FROM attempts WHERE job_id = ${given(jobId)})`]),
      ...(kind === undefined ? [] : [`a.kind = ${given(kind)}`]),
      ...(after === undefined
        ? []
        : [`(a.created_at, a.id) < (${given(after.createdAt)}, ${given(after.key)}::uuid)`]),
    ];
    const rows = await this.database.query<Row>(
      `SELECT ${columns} FROM ${tables} WHERE ${conditions.join(' AND ')}
        ORDER BY a.created_at DESC, a.id DESC LIMIT ${given(limit + 1)}`,
      values,
    );
    return pageFrom(rows, limit, (row) => cursorOf(row.created_at, row.id), answerOf);
  }

  /** @throws Problem `not-found`, for one of another project too */
  async show({ projectId }: Principal, artifactId: string): Promise<Artifact> {
    const [row] = await this.database.query<Row>(
      `SELECT ${columns} FROM ${tables} WHERE a.id = $1 AND a.project_id = $2`,
      [artifactId, projectId],
    );
    if (row === undefined) throw new Problem('not-found', `There is no artifact ${artifactId}.`);
    return answerOf(row);
  }

  bytesOf({ sha256, size }: Pick<Artifact, 'sha256' | 'size'>): HashedBytes {
    return { sha256, size, open: (range) => this.store.open(sha256, range) };
  }
}

function answerOf(row: Row): Artifact {
  const { id, owner, kind, name, sha256 } = row;
  return {
    id,
    projectId: row.project_id,
    owner,
    kind,
    name,
    size: Number(row.size),
    sha256,
    attemptId: row.attempt_id,
    jobId: row.job_id,
    createdAt: row.created_at.toISOString(),
  };
}
