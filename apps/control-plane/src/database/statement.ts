import type { QueryConfig } from 'pg';
import type { QueryOptions } from './sql.js';

/** Names of prepared statements, by their text; the same on every connection. */
const names = new Map<string, string>();

/** A statement as the driver takes it. */
export function statement(
  text: string,
  values: readonly unknown[],
  { prepared = false }: QueryOptions,
): QueryConfig {
  if (!prepared) return { text, values: [...values] };
  let name = names.get(text);
  if (name === undefined) {
    name = `statement${names.size}`;
    names.set(text, name);
  }
  return { name, text, values: [...values] };
}
