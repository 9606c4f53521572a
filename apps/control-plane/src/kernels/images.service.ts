import { Injectable } from '@nestjs/common';
import type { GuestImage, InputOf, operations } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { changeRows } from '../audit/record-change.js';
import { Database } from '../database/database.js';
import { appendEvent } from '../events/append-event.js';
import { readPage } from '../http/cursor.js';
import { Problem } from '../http/problem.js';
import { checkImage } from './archive-check.js';
import { RegisteredFiles, type Owned } from './registered-files.js';
import { imageOf } from './registry-rows.js';

/** Guest images by the name of the kernel that they are for. */
@Injectable()
export class ImagesService {
  constructor(
    private readonly database: Database,
    private readonly files: RegisteredFiles,
  ) {}

  /** @throws Problem `conflict`, `invalid-archive` */
  async register(
    owned: Owned,
    { name, uploadId }: InputOf<typeof operations.images.register>['body'],
  ): Promise<GuestImage> {
    const { projectId, owner } = owned;
    const id = await this.files.take(
      owned,
      'image',
      uploadId,
      checkImage,
      async (sql, { sha256 }) => {
        const [row] = await sql.query<{ id: string }>(
          `INSERT INTO guest_images (project_id, owner, name, sha256) VALUES ($1, $2, $3, $4)
           RETURNING id`,
          [projectId, owner, name, sha256],
        );
        const data = { imageId: row!.id, name, sha256 };
        await appendEvent(sql, { projectId, owner, type: 'image.registered', data });
        return row!.id;
      },
    );
    return await this.show(owned, id);
  }

  async list(
    { projectId }: Principal,
    { name, retired, ...query }: InputOf<typeof operations.images.list>['query'],
  ): Promise<{ items: GuestImage[]; next: string | null }> {
    return readPage(
      query,
      'id',
      ({ after, order }) =>
        this.database.prisma.guestImage.findMany({
          where: {
            projectId,
            ...(name !== undefined && { name }),
            ...(!retired && { retiredAt: null }),
            ...after,
          },
          ...order,
        }),
      imageOf,
    );
  }

  /** Done again it changes nothing. @throws Problem `not-found` */
  async retire(principal: Principal, id: string): Promise<GuestImage> {
    await changeRows(
      this.database,
      `UPDATE guest_images SET retired_at = now()
        WHERE id = $1 AND project_id = $2 AND retired_at IS NULL RETURNING id`,
      [id, principal.projectId],
      () => id,
    );
    return await this.show(principal, id);
  }

  private async show({ projectId }: Pick<Owned, 'projectId'>, id: string): Promise<GuestImage> {
    const row = await this.database.prisma.guestImage.findFirst({ where: { id, projectId } });
    if (row === null) throw new Problem('not-found', `There is no guest image ${id}.`);
    return imageOf(row);
  }
}
