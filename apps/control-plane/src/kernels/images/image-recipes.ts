import { Injectable } from '@nestjs/common';
import { imageRoleSchema, type ImageRole } from '@fenceline/contracts';
import { imageRecipe } from '@fenceline/vm';

/** What this version of Fenceline makes guest images of: an image of another recipe is not given to new jobs. */
@Injectable()
export class ImageRecipes {
  private known: Promise<Record<ImageRole, string>> | null = null;

  /** Role → recipe. */
  all(): Promise<Record<ImageRole, string>> {
    this.known ??= readAll();
    return this.known;
  }
}

async function readAll(): Promise<Record<ImageRole, string>> {
  const entries = imageRoleSchema.options.map(async (role) => [
    role,
    // Where our programs are not built, building the image says so to those who need it.
    await imageRecipe(role).catch(() => 'none'),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Record<ImageRole, string>;
}
