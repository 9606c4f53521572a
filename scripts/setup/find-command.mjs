import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Full path of a command, or null. Looks into the sbin folders too, which a user's PATH lacks on Debian.
 *
 * @param {string} command
 * @param {string} [searchPath]
 */
export function findCommand(command, searchPath = process.env.PATH ?? '') {
  for (const folder of [...searchPath.split(':'), '/usr/sbin', '/sbin']) {
    const candidate = path.join(folder, command);
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) {
        return candidate;
      }
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
