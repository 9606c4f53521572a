/**
 * A line of the engine's log on stderr, as Prisma's command line reads it.
 *
 * @param {'INFO' | 'ERROR'} level
 * @param {string} message
 * @param {string} [code] Prisma's code of an error
 */
export function log(level, message, code) {
  const fields = { message, ...(code === undefined ? {} : { error_code: code }), is_panic: false };
  const target = 'schema_engine::logger';
  process.stderr.write(
    `${JSON.stringify({ timestamp: new Date().toISOString(), level, fields, target })}\n`,
  );
}
