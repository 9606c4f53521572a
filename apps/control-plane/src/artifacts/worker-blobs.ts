import { Inject, Injectable } from '@nestjs/common';
import type { WorkerPrincipal } from '../access/principal.js';
import { Database } from '../database/database.js';
import { Problem } from '../http/problem.js';
import type { HashedBytes } from '../http/send-bytes.js';
import { ARTIFACT_STORE, type ArtifactStore } from '../store/artifact-store.js';

/**
 * What a worker may take out of the store: kernels and images of its project, retired ones too, as jobs keep what they
 * pinned; what a job pins that it has an attempt of now; and of all evidence that alone which it judges again now.
 */
@Injectable()
export class WorkerBlobs {
  constructor(
    private readonly database: Database,
    @Inject(ARTIFACT_STORE) private readonly store: ArtifactStore,
  ) {}

  /** @throws Problem `not-found` for what is not its business too */
  async find({ projectId, workerId }: WorkerPrincipal, sha256: string): Promise<HashedBytes> {
    const [row] = await this.database.query<{ size: string }>(
      `SELECT b.size FROM blobs b
        WHERE b.sha256 = $1
          AND (EXISTS (SELECT FROM kernels WHERE project_id = $2 AND sha256 = $1)
            OR EXISTS (SELECT FROM guest_images WHERE project_id = $2 AND sha256 = $1)
            OR EXISTS (SELECT FROM attempts a JOIN jobs j ON j.id = a.job_id
                        WHERE a.worker_id = $3 AND a.ended_at IS NULL
                          AND j.pinned @> jsonb_build_array(jsonb_build_object('sha256', $1::text)))
            OR EXISTS (SELECT FROM rejudgement_items
                        WHERE worker_id = $3 AND state = 'running' AND evidence_sha256 = $1))`,
      [sha256, projectId, workerId],
    );
    if (row === undefined) {
      throw new Problem('not-found', `There is nothing for this worker under ${sha256}.`);
    }
    return { sha256, size: Number(row.size), open: (range) => this.store.open(sha256, range) };
  }
}
