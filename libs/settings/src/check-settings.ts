import type { z } from 'zod';

/**
 * Checks settings all at once.
 *
 * @param of whose they are, e.g. `the worker`
 * @throws Error that lists every bad one by its name; no value is in it
 */
export function checkSettings<Schema extends z.ZodType>(
  schema: Schema,
  values: unknown,
  of: string,
): z.output<Schema> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `  ${path.join('.')}: ${message}` : `  ${message}`,
  );
  throw new Error(`Settings of ${of} are wrong:\n${lines.join('\n')}`);
}
