import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { codeOf } from './vm-error.js';

/** A process that cannot be mistaken for a later one that got the same number. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks since boot when it started (field 22 of /proc/PID/stat). */
  startTime: number;
}

/** The fields of /proc/PID/stat after the name, or undefined when there is no such process. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name may hold spaces and brackets: the fields begin after its last bracket.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return undefined;
    throw error;
  }
}

/** Who has this number now; undefined when nobody, or only a zombie, has it. */
export function identify(pid: number): ProcessIdentity | undefined {
  const fields = statFields(pid);
  if (fields === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, startTime: Number(fields[19]) };
}

/**
 * Whether that process counts processes as we do. We see those of containers on this machine too, who have numbers of
 * their own: what such a process says of another one's number is not for us to judge.
 */
export function sharesOurNumbers(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    // One number for each PID namespace from ours down to its own; kernels without namespaces have no such line.
    const numbers = /^NSpid:(.*)$/m.exec(status)?.[1]?.trim().split(/\s+/);
    return numbers === undefined || numbers.length === 1;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return false;
    throw error;
  }
}

/** Who we are. */
export function ownIdentity(): ProcessIdentity {
  const own = identify(process.pid);
  if (own === undefined) throw new Error('/proc does not show this process');
  return own;
}

/** Whether exactly that process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime;
}

const OWNED_NAME = /^([0-9a-z]+)-([0-9a-z]+)-[0-9a-f]{8}$/;

/**
 * A new name for a folder of ours that says whose it is: number and start time in base 36, so that
 * it stays short, and a random part. Being in the name, it is there as soon as the folder is.
 */
export function ownedName(): string {
  const { pid, startTime } = ownIdentity();
  return `${pid.toString(36)}-${startTime.toString(36)}-${randomBytes(4).toString('hex')}`;
}

/** Whose folder it is, by its name; undefined when we did not name it. */
export function ownerOfName(name: string): ProcessIdentity | undefined {
  const match = OWNED_NAME.exec(name);
  if (match === null) return undefined;
  return { pid: Number.parseInt(match[1]!, 36), startTime: Number.parseInt(match[2]!, 36) };
}
