import { Injectable } from '@nestjs/common';
import { imageRoleSchema, type ImageRole } from '@fenceline/contracts';
import { changeRows } from '../../audit/record-change.js';
import { Database } from '../../database/database.js';
import { ImageRecipes } from './image-recipes.js';
import { isGivenOut, KernelImages } from './kernel-images.js';

/** Channel of Postgres that says that there may be something to build. */
export const buildsChannel = 'fenceline_image_builds';

/** Images to be built for one kernel. */
export interface WantedImages {
  kernelId: string;
  name: string;
  /** Of the packed kernel. */
  sha256: string;
  projectId: string;
  owner: string;
  roles: ImageRole[];
}

/** Which guest images are to be built, and what became of it. */
@Injectable()
export class ImageBuilds {
  constructor(
    private readonly database: Database,
    private readonly recipes: ImageRecipes,
    private readonly images: KernelImages,
  ) {}

  /** Wants every image of every kernel that new jobs get, unless it was there once or is wanted already. */
  async wantMissing(): Promise<void> {
    await this.database.query(
      `INSERT INTO image_builds (kernel_id, role, recipe)
       SELECT kernel.id, recipe.key, recipe.value
         FROM kernels kernel CROSS JOIN jsonb_each_text($1::jsonb) recipe
        WHERE kernel.retired_at IS NULL AND ${isGivenOut('kernel')}
          AND NOT EXISTS (
            SELECT FROM guest_images image
             WHERE image.project_id = kernel.project_id AND image.kernel_sha256 = kernel.sha256
               AND image.role = recipe.key AND coalesce(image.recipe, recipe.value) = recipe.value)
       ON CONFLICT DO NOTHING`,
      [await this.recipesJson()],
    );
  }

  /** Wants those images of a kernel that are not ready, whatever became of them before. */
  async wantAgain(kernelId: string): Promise<void> {
    const images = (await this.images.of([kernelId])).get(kernelId)!;
    const ready = images.filter(({ state }) => state === 'ready').map(({ role }) => role);
    const roles = imageRoleSchema.options.filter((role) => !ready.includes(role));
    await changeRows(
      this.database,
      `WITH wanted AS (
         INSERT INTO image_builds (kernel_id, role, recipe)
         SELECT $1, key, value FROM jsonb_each_text($2::jsonb) WHERE key = ANY ($3)
         ON CONFLICT (kernel_id, role, recipe) DO UPDATE SET state = 'waiting', message = ''
          WHERE image_builds.state = 'failed'
         RETURNING role)
       SELECT role, pg_notify($4, '') FROM wanted`,
      [kernelId, await this.recipesJson(), roles, buildsChannel],
      () => kernelId,
    );
  }

  /** What is to be built next; the images that most scenarios need come before those of our own programs. */
  async next(): Promise<WantedImages | undefined> {
    const [next] = await this.database.query<WantedImages>(
      `SELECT kernel.id AS "kernelId", kernel.name, kernel.sha256, kernel.project_id AS "projectId",
              kernel.owner, array_agg(build.role) AS roles
         FROM image_builds build JOIN kernels kernel ON kernel.id = build.kernel_id
        WHERE build.state <> 'failed' AND kernel.retired_at IS NULL
          AND build.recipe = $1::jsonb ->> build.role
        GROUP BY kernel.id, build.role = 'reference'
        ORDER BY build.role = 'reference', min(build.created_at), kernel.id LIMIT 1`,
      [await this.recipesJson()],
    );
    return next;
  }

  /** Says what is being done, for those who wait. */
  async building({ kernelId, roles }: WantedImages, message: string): Promise<void> {
    await this.become(kernelId, roles, 'building', message);
  }

  /** It is not tried again until somebody asks for it. */
  async failed(kernelId: string, role: ImageRole, why: string): Promise<void> {
    await this.become(kernelId, [role], 'failed', why);
  }

  private async become(
    kernelId: string,
    roles: readonly ImageRole[],
    state: 'building' | 'failed',
    message: string,
  ): Promise<void> {
    await this.database.query(
      `UPDATE image_builds SET state = $3, message = $4
        WHERE kernel_id = $1 AND role = ANY ($2) AND recipe = $5::jsonb ->> role`,
      [kernelId, roles, state, message.slice(0, 4000), await this.recipesJson()],
    );
  }

  private async recipesJson(): Promise<string> {
    return JSON.stringify(await this.recipes.all());
  }
}
