import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The variable that names a JSON file of settings. */
const fileVariable = 'FENCELINE_SETTINGS';

/**
 * The settings in the JSON file that `FENCELINE_SETTINGS` names, unchecked; none where it names no file.
 *
 * @throws Error that names the file and quotes nothing of it
 */
export function readSettingsFile(environment: NodeJS.ProcessEnv): Record<string, unknown> {
  const file = environment[fileVariable];
  if (file === undefined) return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    // Not the parser's words: they quote the file, which may hold passwords.
    throw new Error(`${fileVariable}: ${file} cannot be read as JSON.`, { cause });
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(content);
  if (!parsed.success) throw new Error(`${fileVariable}: ${file} is not a JSON object.`);
  return parsed.data;
}
