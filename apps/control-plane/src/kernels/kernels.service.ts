import { Injectable } from '@nestjs/common';
import type { InputOf, Kernel, operations } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { changeRows } from '../audit/record-change.js';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import { appendEvent } from '../events/append-event.js';
import { readPage } from '../http/cursor.js';
import { Problem } from '../http/problem.js';
import { checkKernel } from './archive-check.js';
import { buildsChannel, ImageBuilds } from './images/image-builds.js';
import { KernelImages } from './images/kernel-images.js';
import { RegisteredFiles, type Owned } from './registered-files.js';
import { kernelOf } from './registry-rows.js';

/** Kernels by name; the newest that is not retired is what a name stands for. */
@Injectable()
export class KernelsService {
  constructor(
    private readonly database: Database,
    private readonly files: RegisteredFiles,
    private readonly images: KernelImages,
    private readonly builds: ImageBuilds,
  ) {}

  /**
   * Registers a packed kernel. The same content under the same name is given back as it is.
   *
   * @param source where it comes from, in words
   * @throws Problem `conflict`, `invalid-archive`
   */
  async register(
    owned: Owned,
    { name, uploadId, capabilities }: InputOf<typeof operations.kernels.register>['body'],
    source = 'upload',
  ): Promise<Kernel> {
    const id = await this.files.take(
      owned,
      'kernel',
      uploadId,
      checkKernel,
      async (sql, { sha256 }, packed) =>
        await this.insert(sql, owned, {
          name,
          sha256,
          source,
          version: packed.release,
          capabilities: capabilities ?? packed.capabilities,
        }),
    );
    return await this.show(owned, id);
  }

  async list(
    { projectId }: Principal,
    { name, retired, ...query }: InputOf<typeof operations.kernels.list>['query'],
  ): Promise<{ items: Kernel[]; next: string | null }> {
    const { items, next } = await readPage(
      query,
      'id',
      ({ after, order }) =>
        this.database.prisma.kernel.findMany({
          where: {
            projectId,
            ...(name !== undefined && { name }),
            ...(!retired && { retiredAt: null }),
            ...after,
          },
          ...order,
        }),
      (row) => row,
    );
    const images = await this.images.of(items.map(({ id }) => id));
    return { items: items.map((row) => kernelOf(row, [...images.get(row.id)!])), next };
  }

  /** @throws Problem `not-found` */
  async show({ projectId }: Pick<Owned, 'projectId'>, id: string): Promise<Kernel> {
    const row = await this.database.prisma.kernel.findFirst({ where: { id, projectId } });
    if (row === null) throw new Problem('not-found', `There is no kernel ${id}.`);
    return kernelOf(row, [...(await this.images.of([id])).get(id)!]);
  }

  /**
   * Has the guest images built that are not ready, once more.
   *
   * @throws Problem `not-found`, `conflict` where it is retired
   */
  async buildImages(principal: Principal, id: string): Promise<Kernel> {
    const { retiredAt } = await this.show(principal, id);
    if (retiredAt !== null) {
      throw new Problem('conflict', `The kernel ${id} is retired: no new job gets it.`);
    }
    await this.builds.wantAgain(id);
    return await this.show(principal, id);
  }

  /** Done again it changes nothing. @throws Problem `not-found` */
  async retire(principal: Principal, id: string): Promise<Kernel> {
    await changeRows(
      this.database,
      `UPDATE kernels SET retired_at = now()
        WHERE id = $1 AND project_id = $2 AND retired_at IS NULL RETURNING id`,
      [id, principal.projectId],
      () => id,
    );
    return await this.show(principal, id);
  }

  /** @returns the id of the kernel */
  private async insert(
    sql: Sql,
    { projectId, owner }: Owned,
    kernel: Pick<Kernel, 'name' | 'sha256' | 'source' | 'version' | 'capabilities'>,
  ): Promise<string> {
    const { name, sha256, source, version, capabilities } = kernel;
    const [newest] = await sql.query<{ id: string; same: boolean }>(
      `SELECT id, sha256 = $3 AND capabilities = $4 AS same FROM kernels
        WHERE project_id = $1 AND name = $2 AND retired_at IS NULL
        ORDER BY created_at DESC, id DESC LIMIT 1`,
      [projectId, name, sha256, capabilities],
    );
    if (newest?.same === true) return newest.id;
    const [row] = await sql.query<{ id: string }>(
      `INSERT INTO kernels (project_id, owner, name, version, capabilities, sha256, source)
       VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
      [projectId, owner, name, version, capabilities, sha256, source],
    );
    const data = { kernelId: row!.id, name, version, capabilities, sha256 };
    await appendEvent(sql, { projectId, owner, type: 'kernel.registered', data });
    await sql.query('SELECT pg_notify($1, $2)', [buildsChannel, '']);
    return row!.id;
  }
}
