import type { Log, Random } from '@fenceline/reference';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

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
  return JSON.parse(readFileSync(argument(2), 'utf8'));
}

/** Tells the lab that the program takes requests: it waits at the named pipe that is the second argument. */
export function tellReady(): void {
  closeSync(openSync(argument(3), 'w'));
}

function argument(at: number): string {
  const value = process.argv[at];
  if (value === undefined) throw new Error('Usage: PROGRAM CONFIGURATION-FILE READY-PIPE');
  return value;
}
