import { Inject, Injectable } from '@nestjs/common';
import {
  openUploadLimit,
  uploadPartLimit,
  type InputOf,
  type kernelUploadOperations,
  type Upload,
  type workerUploadOperations,
} from '@fenceline/contracts/api';
import type { Principal, WorkerPrincipal } from '../access/principal.js';
import { changeRows, recordChange } from '../audit/record-change.js';
import { Database } from '../database/database.js';
import { Problem } from '../http/problem.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { ARTIFACT_STORE, type ArtifactStore, type StagedPart } from '../store/artifact-store.js';
import { MissingBytes, NoSpace } from '../store/store-error.js';
import { bytesOf, checkedPart } from './checked-part.js';
import { answerOf, uploadColumns, type UploadRow } from './upload-row.js';
import { UploadSpace } from './upload-space.js';

type NewFile = InputOf<typeof kernelUploadOperations.create>['body'];
type NewAttemptFile = InputOf<typeof workerUploadOperations.create>['body'];
type Part = InputOf<typeof kernelUploadOperations.part>['query'];

/** An upload, and whether its attempt may still write. */
interface FencedRow extends UploadRow {
  fenced_off: boolean;
}

/**
 * Files on their way in. `received` in Postgres says how far one is: those bytes are durable, and were what their part
 * announced. What lies in the store beyond that is nothing.
 */
@Injectable()
export class UploadsService {
  constructor(
    private readonly database: Database,
    private readonly space: UploadSpace,
    @Inject(ARTIFACT_STORE) private readonly store: ArtifactStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Announces a file of a person. */
  async create({ projectId, owner }: Principal, file: NewFile): Promise<Upload> {
    await this.mustBeFew('project_id = $1 AND owner = $2 AND attempt_id IS NULL', [
      projectId,
      owner,
    ]);
    return await this.insert(projectId, owner, file, null, null, false);
  }

  /**
   * Announces a file of an attempt.
   *
   * @throws Problem `superseded` unless the attempt is the newest of its job and runs, or surrenders
   */
  async createForAttempt(worker: WorkerPrincipal, file: NewAttemptFile): Promise<Upload> {
    const { attemptId, fencingToken, surrender } = file;
    const [attempt] = await this.database.query<{ owner: string; token: string; fenced: boolean }>(
      `SELECT a.owner, a.fencing_token AS token,
              a.state = 'ended' OR a.number < j.attempt_count AS fenced
         FROM attempts a JOIN jobs j ON j.id = a.job_id
        WHERE a.id = $1 AND a.worker_id = $2`,
      [attemptId, worker.workerId],
    );
    if (attempt === undefined) {
      throw new Problem('not-found', `This worker has no attempt ${attemptId}.`);
    }
    if (attempt.token !== fencingToken || (attempt.fenced && !surrender)) throw superseded();
    await this.mustBeFew('attempt_id = $1', [attemptId]);
    const { projectId } = worker;
    return await this.insert(projectId, attempt.owner, file, attemptId, fencingToken, surrender);
  }

  async show(principal: Principal, uploadId: string): Promise<Upload> {
    return answerOf(await this.find(principal, uploadId));
  }

  /**
   * Takes a part. Its bytes go to a place of their own first, so that a part that was cut, or comes twice at once, spoils
   * nothing; it is counted when they are durable.
   *
   * @throws Problem `conflict` where bytes before it are missing, `gone`, `superseded`, `too-large`, `hash-mismatch`, `no-space`
   */
  async part(
    principal: Principal,
    uploadId: string,
    { offset, sha256 }: Part,
    body: AsyncIterable<Uint8Array>,
  ): Promise<Upload> {
    const upload = await this.find(principal, uploadId);
    if (upload.state === 'abandoned') throw gone();
    const received = Number(upload.received);
    if (offset < received) {
      // It is there already; a client that is still sending would not see an answer before its end.
      await bytesOf(checkedPart(body, { most: uploadPartLimit, sha256 }));
      return answerOf(upload);
    }
    if (upload.fenced_off) throw superseded();
    if (upload.state !== 'open') throw new Problem('conflict', 'The upload is complete.');
    if (offset > received) throw gap(received);
    const most = Math.min(uploadPartLimit, Number(upload.size) - received);
    const part = await this.store
      .stagePart(uploadId, checkedPart(body, { most, sha256 }))
      .catch(told);
    try {
      return await this.keep(uploadId, offset, part);
    } finally {
      await part.drop();
    }
  }

  /**
   * Checks size and hash of the whole. One that is not what was announced is given up: nothing says which part is wrong.
   *
   * @throws Problem `conflict` where bytes are missing, `gone`, `superseded`, `hash-mismatch`, `no-space`
   */
  async complete(principal: Principal, uploadId: string): Promise<Upload> {
    const upload = await this.find(principal, uploadId);
    if (upload.state === 'abandoned') throw gone();
    if (upload.state !== 'open') return answerOf(upload);
    if (upload.fenced_off) throw superseded();
    if (upload.received !== upload.size) throw gap(Number(upload.received));
    const whole = await this.store.assemble(uploadId).catch((error: unknown) => {
      return error instanceof MissingBytes ? null : told(error);
    });
    if (whole?.sha256 !== upload.sha256 || whole.size !== Number(upload.size)) {
      await this.move(uploadId, 'abandoned');
      throw new Problem('hash-mismatch', 'The file is not the one that was announced.', {
        mend: 'Create a new upload, and see that the file does not change meanwhile.',
      });
    }
    return await this.move(uploadId, 'completed');
  }

  /** @throws Problem `not-found` for one of another project or worker too */
  private async find(principal: Principal, uploadId: string): Promise<FencedRow> {
    const [row] = await this.database.query<FencedRow>(
      `SELECT ${uploadColumns},
              coalesce(NOT u.surrender AND (a.state = 'ended' OR a.number < j.attempt_count), false)
                AS fenced_off
         FROM uploads u LEFT JOIN attempts a ON a.id = u.attempt_id LEFT JOIN jobs j ON j.id = a.job_id
        WHERE u.id = $1 AND u.project_id = $2 AND a.worker_id IS NOT DISTINCT FROM $3`,
      [uploadId, principal.projectId, principal.kind === 'worker' ? principal.workerId : null],
    );
    if (row === undefined) throw new Problem('not-found', `There is no upload ${uploadId}.`);
    return row;
  }

  private async mustBeFew(where: string, values: readonly unknown[]): Promise<void> {
    const [row] = await this.database.query<{ open: number }>(
      `SELECT count(*)::int AS open FROM uploads WHERE state = 'open' AND ${where}`,
      values,
    );
    if (row!.open >= openUploadLimit) {
      throw new Problem('too-many-requests', `${openUploadLimit} uploads are open already.`, {
        mend: 'Complete them first.',
      });
    }
  }

  private async insert(
    projectId: string,
    owner: string,
    { kind, name, size, sha256 }: NewFile,
    attemptId: string | null,
    fencingToken: string | null,
    surrender: boolean,
  ): Promise<Upload> {
    await this.space.check(size);
    const [row] = await changeRows<UploadRow>(
      this.database,
      `INSERT INTO uploads AS u (project_id, owner, kind, name, size, sha256, attempt_id,
                                 fencing_token, surrender, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(secs => $10))
       RETURNING ${uploadColumns}`,
      [
        projectId,
        owner,
        kind,
        name,
        size,
        sha256,
        attemptId,
        fencingToken,
        surrender,
        this.keptFor,
      ],
      ({ id }) => id,
    );
    return answerOf(row!);
  }

  /** Counts a part, unless another request was first. */
  private async keep(uploadId: string, offset: number, part: StagedPart): Promise<Upload> {
    return await this.database.transaction(async (sql) => {
      const [now] = await sql.query<UploadRow>(
        `SELECT ${uploadColumns} FROM uploads u WHERE u.id = $1 FOR UPDATE`,
        [uploadId],
      );
      if (now === undefined || now.state === 'abandoned') throw gone();
      if (Number(now.received) !== offset || now.state !== 'open' || part.size === 0) {
        return answerOf(now);
      }
      await part.keepAt(offset).catch(told);
      const [row] = await sql.query<UploadRow>(
        `UPDATE uploads u SET received = $2, expires_at = now() + make_interval(secs => $3)
          WHERE u.id = $1 RETURNING ${uploadColumns}`,
        [uploadId, offset + part.size, this.keptFor],
      );
      await recordChange(sql, uploadId);
      return answerOf(row!);
    });
  }

  /** Takes an open upload on; one that another request has taken on is left as it is. */
  private async move(uploadId: string, state: 'completed' | 'abandoned'): Promise<Upload> {
    const [moved] = await changeRows<UploadRow>(
      this.database,
      `UPDATE uploads u SET state = $2, expires_at = now() + make_interval(secs => $3)
        WHERE u.id = $1 AND u.state = 'open' RETURNING ${uploadColumns}`,
      [uploadId, state, this.keptFor],
      () => uploadId,
    );
    if (moved !== undefined) return answerOf(moved);
    const [now] = await this.database.query<UploadRow>(
      `SELECT ${uploadColumns} FROM uploads u WHERE u.id = $1`,
      [uploadId],
    );
    if (now === undefined || now.state === 'abandoned') throw gone();
    return answerOf(now);
  }

  /** Seconds. */
  private get keptFor(): number {
    return this.settings.FENCELINE_UPLOAD_HOURS * 3600;
  }
}

function superseded(): Problem {
  return new Problem(
    'superseded',
    'The attempt of this upload is not the newest of its job, or has ended.',
    {
      mend: 'Stop. What was recorded can be uploaded with `surrender`.',
    },
  );
}

function gone(): Problem {
  return new Problem('gone', 'The upload was given up.', { mend: 'Create a new one.' });
}

function gap(received: number): Problem {
  return new Problem(
    'conflict',
    `The upload has its first ${received} bytes, and misses those that follow.`,
    {
      mend: `Go on with the part at offset ${received}.`,
    },
  );
}

/** What the store says, as the API says it. */
function told(error: unknown): never {
  if (error instanceof NoSpace) {
    throw new Problem('no-space', 'The artifact store is full.', {
      mend: 'Go on later: what was received is kept.',
      cause: error,
    });
  }
  if (error instanceof MissingBytes) throw gone();
  throw error;
}
