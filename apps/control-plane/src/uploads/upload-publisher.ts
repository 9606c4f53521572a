import { Injectable } from '@nestjs/common';
import type { ArtifactKind } from '@fenceline/contracts/api';
import type { Sql } from '../database/sql.js';
import { Problem } from '../http/problem.js';

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

/** Until uploads are there: nothing can be uploaded, so nothing can be published. */
@Injectable()
export class UploadPublisher {
  prepare(uploadIds: readonly string[], of: UploadsOf): Promise<PreparedUpload[]> {
    const [first] = uploadIds;
    if (first === undefined) return Promise.resolve([]);
    const whose = 'attemptId' in of ? `attempt ${of.attemptId}` : `project ${of.projectId}`;
    throw new Problem('conflict', `There is no upload ${first} of ${whose}.`);
  }

  publish(
    _sql: Sql,
    _about: PublishedFor,
    _prepared: readonly PreparedUpload[],
  ): Promise<PreparedUpload[]> {
    return Promise.resolve([]);
  }
}
