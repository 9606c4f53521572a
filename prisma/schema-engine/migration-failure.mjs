/**
 * The scripts of the migrations that a request carries, each with the name of its migration and its file.
 *
 * @param {any} params of a request
 * @returns {Map<string, { name: string, file: string }>}
 */
export function migrationsOf(params) {
  const { baseDir, migrationDirectories = [] } = params?.migrationsList ?? {};
  return new Map(
    migrationDirectories.map(({ path, migrationFile }) => [
      migrationFile.content.value,
      { name: path, file: [baseDir, path, migrationFile.path].join('/') },
    ]),
  );
}

/**
 * What Prisma says of a migration that failed (P3018), with the file, the line and the statement that is to blame.
 *
 * @param {{ name: string, file: string }} migration
 * @param {Error & { code?: string, detail?: string, hint?: string,
 *   statement?: import('./statements.mjs').Statement }} error of Postgres
 * @returns {string}
 */
export function describeFailure({ name, file }, error) {
  const { code, message, detail, hint, statement } = error;
  return [
    'A migration failed to apply. New migrations cannot be applied before the error is recovered from. Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve',
    `Migration name: ${name}`,
    `Database error code: ${code}`,
    ['Database error:', message, detail, hint].filter((part) => part).join('\n'),
    ...(statement === undefined ? [] : [`${file}:${statement.line}\n${statement.text}`]),
  ].join('\n\n');
}
