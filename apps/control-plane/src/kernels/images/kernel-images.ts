import { Injectable } from '@nestjs/common';
import { imageRoleSchema } from '@fenceline/contracts';
import type { KernelGuestImage } from '@fenceline/contracts/api';
import { Database } from '../../database/database.js';
import type { Sql } from '../../database/sql.js';
import { ImageRecipes } from './image-recipes.js';

type Row = KernelGuestImage & { kernelId: string };

/** The guest images of kernels, as far as they are: what new jobs would get, what is being built, and what could not be. */
@Injectable()
export class KernelImages {
  constructor(
    private readonly database: Database,
    private readonly recipes: ImageRecipes,
  ) {}

  /**
   * One for each role; for a kernel that no new job gets only those that are there.
   *
   * @returns kernel's id → images
   */
  async of(
    kernelIds: readonly string[],
    sql: Sql = this.database,
  ): Promise<ReadonlyMap<string, readonly KernelGuestImage[]>> {
    const images = new Map<string, KernelGuestImage[]>(kernelIds.map((id) => [id, []]));
    if (kernelIds.length === 0) return images;
    const rows = await sql.query<Row>(
      `SELECT kernel.id AS "kernelId", recipe.key AS role, coalesce(build.message, '') AS message,
              live.sha256, live.image_sha256 AS "imageSha256",
              CASE WHEN live.sha256 IS NOT NULL THEN 'ready'
                   WHEN build.state IS NOT NULL THEN build.state
                   WHEN live.retired THEN 'retired'
                   ELSE 'waiting' END AS state
         FROM kernels kernel
        CROSS JOIN jsonb_each_text($2::jsonb) recipe
         LEFT JOIN LATERAL (
           SELECT CASE WHEN retired_at IS NULL THEN sha256 END AS sha256,
                  CASE WHEN retired_at IS NULL THEN image_sha256 END AS image_sha256,
                  retired_at IS NOT NULL AS retired
             FROM guest_images
            WHERE project_id = kernel.project_id AND kernel_sha256 = kernel.sha256 AND role = recipe.key
              AND coalesce(guest_images.recipe, recipe.value) = recipe.value
            ORDER BY (retired_at IS NULL) DESC, created_at DESC, id DESC LIMIT 1) live ON true
         LEFT JOIN image_builds build
           ON build.kernel_id = kernel.id AND build.role = recipe.key AND build.recipe = recipe.value
        WHERE kernel.id = ANY ($1::uuid[])
          AND (live.sha256 IS NOT NULL OR build.state IS NOT NULL OR ${isGivenOut('kernel')})
        ORDER BY kernel.id, array_position($3::text[], recipe.key)`,
      [kernelIds, JSON.stringify(await this.recipes.all()), imageRoleSchema.options],
    );
    for (const { kernelId, ...image } of rows) images.get(kernelId)!.push(image);
    return images;
  }
}

/**
 * The condition that a kernel is what its name stands for now: the newest one that is not retired.
 *
 * @param kernel alias of its row
 */
export function isGivenOut(kernel: string): string {
  return `${kernel}.id = (
    SELECT newest.id FROM kernels newest
     WHERE newest.project_id = ${kernel}.project_id AND newest.name = ${kernel}.name
       AND newest.retired_at IS NULL
     ORDER BY newest.created_at DESC, newest.id DESC LIMIT 1)`;
}
