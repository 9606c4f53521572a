import type { Log, Random } from '@fenceline/reference';
import { randomBytes } from 'node:crypto';
import { openSync, readFileSync, writeSync } from 'node:fs';

/** The guest's console: a line there is in the recording, at the time at which it came. */
export function consoleLog(): Log {
  const fd = openSync('/dev/console', 'w');
  return (line) => void writeSync(fd, `${line}\n`);
}

/** Random numbers of the machine. */
export const machineRandom: Random = () => randomBytes(4).readUInt32LE();

/**
 * The program's configuration, from the file that its first argument names. The lab that runs this program has written
 * it: both are of one version.
 */
export function readConfig(): unknown {
  const path = process.argv[2];
  if (path === undefined) throw new Error('Usage: PROGRAM CONFIGURATION-FILE');
  return JSON.parse(readFileSync(path, 'utf8'));
}
