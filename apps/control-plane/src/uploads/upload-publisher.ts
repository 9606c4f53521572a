import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ArtifactKind } from '@fenceline/contracts/api';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import { appendEvents } from '../events/append-event.js';
import { Problem } from '../http/problem.js';
import { ARTIFACT_STORE, type ArtifactStore } from '../store/artifact-store.js';
import { MissingBytes } from '../store/store-error.js';
import { blobLock } from './blob-lock.js';
import { uploadColumns, type UploadRow } from './upload-row.js';

/** Whose the uploads must be: of an attempt with this token, or of a project. */
export type UploadsOf = { attemptId: string; fencingToken: string } | { projectId: string };

/** An upload whose bytes lie under their hash. */
export interface PreparedUpload {
  uploadId: string;
  kind: ArtifactKind;
  name: string;
  size: number;
  sha256: string;
}

/** What the artifacts are of. */
export interface PublishedFor {
  projectId: string;
  owner: string;
  attemptId?: string;
  jobId?: string;
  runId?: string;
}

export interface PublishedArtifact extends PreparedUpload {
  artifactId: string;
}

/**
 * Makes artifacts of completed uploads, in two steps: `prepare` before the transaction puts the bytes under their hash,
 * `publish` in it writes the rows. Where the transaction fails nothing has happened: bytes without a row are nobody's,
 * and are swept one day.
 */
@Injectable()
export class UploadPublisher {
  constructor(
    private readonly database: Database,
    @Inject(ARTIFACT_STORE) private readonly store: ArtifactStore,
  ) {}

  /**
   * Checks that the uploads are there, complete and of whom they are said to be, and puts their bytes under their hash.
   * It can be done again, after `publish` too.
   *
   * @throws Problem `conflict` that names the first one that is not so
   */
  async prepare(uploadIds: readonly string[], of: UploadsOf): Promise<PreparedUpload[]> {
    const rows = await this.rowsOf(uploadIds, of);
    const byId = new Map(rows.map((row) => [row.id, row]));
    const wanted = [...new Set(uploadIds)].map((id) => {
      const row = byId.get(id);
      if (row === undefined) throw new Problem('conflict', `There is no such upload here: ${id}.`);
      if (row.state === 'open') throw new Problem('conflict', `The upload ${id} is not complete.`);
      if (row.state === 'abandoned') throw lost(id);
      return row;
    });
    for (const { id, sha256, state } of wanted) {
      if (state === 'completed') await this.promote(id, sha256);
    }
    return wanted.map(({ id, kind, name, size, sha256 }) => ({
      uploadId: id,
      kind,
      name,
      size: Number(size),
      sha256,
    }));
  }

  /**
   * Writes blobs, artifacts and events of prepared uploads, in the transaction that decides what they are for. One that was
   * published before stays as it is.
   *
   * @returns those that are artifacts now and were not before
   * @throws Problem `conflict` where one was given up since it was prepared
   */
  async publish(
    sql: Sql,
    about: PublishedFor,
    prepared: readonly PreparedUpload[],
  ): Promise<PublishedArtifact[]> {
    if (prepared.length === 0) return [];
    const ids = prepared.map(({ uploadId }) => uploadId);
    const states = await sql.query<{ id: string; state: UploadRow['state'] }>(
      `SELECT id, state FROM uploads WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`,
      [ids],
    );
    const stateOf = new Map(states.map(({ id, state }) => [id, state]));
    const fresh = prepared.filter(({ uploadId }) => stateOf.get(uploadId) !== 'published');
    for (const { uploadId } of fresh) {
      if (stateOf.get(uploadId) !== 'completed') throw lost(uploadId);
    }
    await this.holdBlobs(sql, fresh);
    await sql.query(`UPDATE uploads SET state = 'published' WHERE id = ANY($1::uuid[])`, [ids]);
    await sql.query(
      `INSERT INTO blobs (sha256, size) SELECT * FROM unnest($1::text[], $2::bigint[])
       ON CONFLICT DO NOTHING`,
      [fresh.map(({ sha256 }) => sha256), fresh.map(({ size }) => size)],
    );
    return await this.writeArtifacts(sql, about, fresh);
  }

  private async rowsOf(uploadIds: readonly string[], of: UploadsOf): Promise<UploadRow[]> {
    return 'attemptId' in of
      ? await this.database.query<UploadRow>(
          `SELECT ${uploadColumns} FROM uploads u
            WHERE u.id = ANY($1::uuid[]) AND u.attempt_id = $2 AND u.fencing_token = $3`,
          [uploadIds, of.attemptId, of.fencingToken],
        )
      : await this.database.query<UploadRow>(
          `SELECT ${uploadColumns} FROM uploads u
            WHERE u.id = ANY($1::uuid[]) AND u.attempt_id IS NULL AND u.project_id = $2`,
          [uploadIds, of.projectId],
        );
  }

  /** Keeps the sweep from these blobs until the transaction ends, and brings back what it took before. */
  private async holdBlobs(sql: Sql, uploads: readonly PreparedUpload[]): Promise<void> {
    const hashes = uploads.map(({ sha256 }) => sha256).sort();
    await sql.query(
      `SELECT pg_advisory_xact_lock_shared(${blobLock('hash')}) FROM unnest($1::text[]) AS hash`,
      [hashes],
    );
    for (const { uploadId, sha256 } of uploads) {
      if ((await this.store.sizeOf(sha256)) === null) await this.promote(uploadId, sha256);
    }
  }

  private async promote(uploadId: string, sha256: string): Promise<void> {
    await this.store.promote(uploadId, sha256).catch((error: unknown) => {
      if (error instanceof MissingBytes) throw lost(uploadId);
      throw error;
    });
  }

  private async writeArtifacts(
    sql: Sql,
    { projectId, owner, attemptId, jobId, runId }: PublishedFor,
    uploads: readonly PreparedUpload[],
  ): Promise<PublishedArtifact[]> {
    const artifacts = uploads.map((upload) => ({ ...upload, artifactId: randomUUID() }));
    await sql.query(
      `INSERT INTO artifacts (id, kind, name, sha256, project_id, owner, attempt_id)
       SELECT "artifactId", kind, name, sha256, $2, $3, $4
         FROM jsonb_to_recordset($1::jsonb)
              AS artifact ("artifactId" uuid, kind text, name text, sha256 text)`,
      [JSON.stringify(artifacts), projectId, owner, attemptId ?? null],
    );
    await appendEvents(
      sql,
      artifacts.map(({ artifactId, kind, name, size, sha256 }) => ({
        projectId,
        owner,
        type: 'artifact.published',
        ...(runId !== undefined && { runId }),
        ...(jobId !== undefined && { jobId }),
        ...(attemptId !== undefined && { attemptId }),
        data: { artifactId, kind, name, size, sha256 },
      })),
    );
    return artifacts;
  }
}

function lost(uploadId: string): Problem {
  return new Problem('conflict', `The upload ${uploadId} was given up.`, {
    mend: 'Upload the file again.',
  });
}
