import { EvidenceError } from './evidence-error.js';

/** What is needed of a zod schema to check a document. */
export interface Schema<T> {
  safeParse(value: unknown):
    | { success: true; data: T }
    | {
        success: false;
        error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] };
      };
}

/**
 * Reads a JSON document and checks it by its schema.
 *
 * @param path of its file, for what is said of it
 * @throws EvidenceError naming the first field that does not fit.
 */
export function parseDocument<T>(path: string, text: string, schema: Schema<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new EvidenceError(`${path} is no JSON: ${String(error)}`, { cause: error });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  throw new EvidenceError(`${path} does not fit this version: ${where}${issue?.message ?? ''}`);
}
