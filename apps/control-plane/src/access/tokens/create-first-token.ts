import { newTokenSchema, type TokenDocument } from '@fenceline/contracts/api';
import type { Database } from '../../database/database.js';
import { TokensService } from './tokens.service.js';

export interface FirstToken {
  owner: string;
  /** What it is for. */
  name: string;
  scopes: readonly string[];
  /** Name of its project. */
  project: string;
}

/**
 * Makes a token straight in Postgres: the first one, which no other could make over the API.
 *
 * @throws Error that says what of it is wrong
 */
export async function createFirstToken(
  database: Database,
  given: FirstToken,
): Promise<TokenDocument & { secret: string }> {
  const parsed = newTokenSchema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(lines.join('\n'));
  }
  const project = await database.prisma.project.findUnique({ where: { name: given.project } });
  if (project === null) throw new Error(`There is no project ${given.project}.`);
  return new TokensService(database).create(project.id, parsed.data);
}
