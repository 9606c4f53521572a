import { Injectable } from '@nestjs/common';
import type { GuestImage, InputOf, operations } from '@fenceline/contracts/api';
import type { PackedImage } from '@fenceline/vm';
import type { Principal } from '../../access/principal.js';
import { changeRows } from '../../audit/record-change.js';
import { Database } from '../../database/database.js';
import type { Sql } from '../../database/sql.js';
import { appendEvent } from '../../events/append-event.js';
import { readPage } from '../../http/cursor.js';
import { Problem } from '../../http/problem.js';
import { checkImage } from '../archive-check.js';
import { RegisteredFiles, type Owned } from '../registered-files.js';
import { imageOf } from '../registry-rows.js';
import { ImageRecipes } from './image-recipes.js';
import { isGivenOut } from './kernel-images.js';

/** The kernel that an image is for. */
interface ForKernel {
  kernelId: string;
  name: string;
  /** Of the packed kernel. */
  sha256: string;
}

/** Guest images, each for one kernel and role. */
@Injectable()
export class ImagesService {
  constructor(
    private readonly database: Database,
    private readonly files: RegisteredFiles,
    private readonly recipes: ImageRecipes,
  ) {}

  /**
   * Registers an image that somebody made for what a kernel's name stands for now; new jobs get it in place of ours.
   *
   * @throws Problem `conflict`, `invalid-archive`, `unknown-kernel`
   */
  async register(
    owned: Owned,
    { name, uploadId }: InputOf<typeof operations.images.register>['body'],
  ): Promise<GuestImage> {
    const [kernel] = await this.database.query<ForKernel & { version: string }>(
      `SELECT id AS "kernelId", name, sha256, version FROM kernels
        WHERE project_id = $1 AND name = $2 AND ${isGivenOut('kernels')}`,
      [owned.projectId, name],
    );
    if (kernel === undefined) {
      throw new Problem('unknown-kernel', `This kernel is not registered: ${name}.`, {
        mend: 'Register the kernel first; `fenceline list kernels` has those that are.',
      });
    }
    const id = await this.take(owned, kernel, uploadId, ({ release }) => {
      if (release !== kernel.version) {
        const detail = `The image is for ${release}, and ${name} is ${kernel.version}.`;
        throw new Problem('conflict', detail);
      }
      return Promise.resolve(null);
    });
    return await this.show(owned, id);
  }

  /** Registers an image that was built here. The same one again is no other one. @throws Problem as `register` */
  async registerBuilt(owned: Owned, kernel: ForKernel, uploadId: string): Promise<void> {
    await this.take(owned, kernel, uploadId, async ({ role }) => (await this.recipes.all())[role]);
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

  private async take(
    owned: Owned,
    kernel: ForKernel,
    uploadId: string,
    recipeOf: (packed: PackedImage) => Promise<string | null>,
  ): Promise<string> {
    return await this.files.take(
      owned,
      'image',
      uploadId,
      checkImage,
      async (sql, { sha256 }, packed) =>
        await insert(sql, owned, kernel, { sha256, packed, recipe: await recipeOf(packed) }),
    );
  }

  private async show({ projectId }: Pick<Owned, 'projectId'>, id: string): Promise<GuestImage> {
    const row = await this.database.prisma.guestImage.findFirst({ where: { id, projectId } });
    if (row === null) throw new Problem('not-found', `There is no guest image ${id}.`);
    return imageOf(row);
  }
}

/** The row of an image, and that nothing needs to be built for it any more. @returns the id of the image */
async function insert(
  sql: Sql,
  { projectId, owner }: Owned,
  { kernelId, name, sha256: kernelSha256 }: ForKernel,
  { sha256, packed, recipe }: { sha256: string; packed: PackedImage; recipe: string | null },
): Promise<string> {
  const { role, sha256: imageSha256 } = packed;
  await sql.query(
    `DELETE FROM image_builds
      WHERE kernel_id = $1 AND role = $2 AND recipe = coalesce($3, recipe)`,
    [kernelId, role, recipe],
  );
  const [newest] = await sql.query<{ id: string; same: boolean }>(
    `SELECT id, sha256 = $4 AND recipe IS NOT DISTINCT FROM $5 AS same FROM guest_images
      WHERE project_id = $1 AND kernel_sha256 = $2 AND role = $3 AND retired_at IS NULL
      ORDER BY created_at DESC, id DESC LIMIT 1`,
    [projectId, kernelSha256, role, sha256, recipe],
  );
  if (newest?.same === true) return newest.id;
  const [row] = await sql.query<{ id: string }>(
    `INSERT INTO guest_images
       (project_id, owner, name, kernel_sha256, role, sha256, image_sha256, recipe)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
    [projectId, owner, name, kernelSha256, role, sha256, imageSha256, recipe],
  );
  const data = { imageId: row!.id, kernelId, name, role, sha256, imageSha256 };
  await appendEvent(sql, { projectId, owner, type: 'image.registered', data });
  return row!.id;
}
