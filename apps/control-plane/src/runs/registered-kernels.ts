import { Injectable } from '@nestjs/common';
import type { Pinned } from '@fenceline/contracts/api';
import type { Sql } from '../database/sql.js';
import { Problem } from '../http/problem.js';

/** The newest kernel and guest image of each name that are registered and not retired. */
@Injectable()
export class RegisteredKernels {
  /**
   * What each name stands for now, so that jobs keep it whatever is registered later: the kernel, and its guest image.
   *
   * @throws Problem `unknown-kernel` that names every one that is not registered
   */
  async resolve(
    sql: Sql,
    projectId: string,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Pinned[]>> {
    const rows = await sql.query<Pinned>(
      `(SELECT DISTINCT ON (name) 'kernel' AS kind, name, version, capabilities, sha256
          FROM kernels WHERE project_id = $1 AND name = ANY ($2) AND retired_at IS NULL
         ORDER BY name, created_at DESC, id DESC)
       UNION ALL
       (SELECT DISTINCT ON (name) 'image', name, '', '{}', sha256
          FROM guest_images WHERE project_id = $1 AND name = ANY ($2) AND retired_at IS NULL
         ORDER BY name, created_at DESC, id DESC)`,
      [projectId, names],
    );
    const pinned = new Map<string, Pinned[]>();
    for (const row of rows) pinned.set(row.name, [...(pinned.get(row.name) ?? []), row]);
    const unknown = names.filter(
      (name) => !pinned.get(name)?.some(({ kind }) => kind === 'kernel'),
    );
    if (unknown.length > 0) {
      throw new Problem(
        'unknown-kernel',
        `${unknown.length === 1 ? 'This kernel is' : 'These kernels are'} not registered: ${unknown.join(', ')}.`,
        {
          mend: '`fenceline list kernels` has those that are; `fenceline admin kernel fetch debian:X.Y` brings one of Debian.',
        },
      );
    }
    return pinned;
  }
}
