import { Inject, Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { recordChange } from '../audit/record-change.js';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import { Problem } from '../http/problem.js';
import { ARTIFACT_STORE, type ArtifactStore } from '../store/artifact-store.js';
import { UploadPublisher, type PreparedUpload } from '../uploads/upload-publisher.js';

/** Whose a registered file becomes. */
export interface Owned {
  projectId: string;
  owner: string;
}

/** Takes a completed upload as a kernel or guest image: its bytes are checked before a row says that it is one. */
@Injectable()
export class RegisteredFiles {
  constructor(
    private readonly database: Database,
    private readonly publisher: UploadPublisher,
    @Inject(ARTIFACT_STORE) private readonly store: ArtifactStore,
  ) {}

  /**
   * @param check reads the bytes and throws where they are not what they should be
   * @param write writes the row, in the transaction that makes the upload an artifact, and gives its id
   * @returns the id of the row
   * @throws Problem `conflict`, and what both throw
   */
  async take<Checked>(
    { projectId, owner }: Owned,
    kind: 'kernel' | 'image',
    uploadId: string,
    check: (bytes: Readable, size: number) => Promise<Checked>,
    write: (sql: Sql, upload: PreparedUpload, checked: Checked) => Promise<string>,
  ): Promise<string> {
    const [upload] = await this.publisher.prepare([uploadId], { projectId });
    if (upload?.kind !== kind) {
      throw new Problem('conflict', `The upload ${uploadId} is not of the kind ${kind}.`);
    }
    const checked = await check(await this.store.open(upload.sha256), upload.size);
    return await this.database.transaction(async (sql) => {
      await this.publisher.publish(sql, { projectId, owner }, [upload]);
      const id = await write(sql, upload, checked);
      await recordChange(sql, id);
      return id;
    });
  }
}
