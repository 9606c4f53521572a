/** Runs a process and measures it from its start to its end, as a user waits for it. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { clearInterval, setInterval } from 'node:timers';

const LOOK_EVERY_MS = 10;
/** USER_HZ: the unit of the times in /proc, the same on every Linux that people use. */
const TICKS_A_SECOND = 100;

/**
 * @param output - file for its standard output
 * @param mayEndWith - exit codes beside 0 that are no failure
 * @returns seconds, seconds of processor time (to 0.01), the most memory that it had in bytes
 */
export async function measureProcess(command, args, { output, mayEndWith = [] }) {
  const file = await open(output, 'w');
  try {
    const cpuBefore = cpuOfChildren('self');
    const begin = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', file.fd, 'ignore'] });
    let memory = 0;
    const look = setInterval(() => (memory = Math.max(memory, peakOf(child.pid))), LOOK_EVERY_MS);
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    }).finally(() => clearInterval(look));
    const seconds = (performance.now() - begin) / 1000;
    if (code !== 0 && !mayEndWith.includes(code)) {
      throw new Error(`${command} ended with exit code ${code}`);
    }
    return { seconds, cpuSeconds: cpuOfChildren('self') - cpuBefore, memory };
  } finally {
    await file.close();
  }
}

/** How many processes wanted to run, on average over the last minute: figures of a busy machine say little. */
export const loadAverage = () => loadavg()[0].toFixed(1);

/** The most memory that a process has had; 0 when it is gone. */
function peakOf(pid) {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return line === null ? 0 : Number(line[1]) * 1024;
  } catch {
    return 0;
  }
}

/** Processor time of a process and its children, those that have ended too, in seconds. */
export function cpuOfFamily(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').match(/\d+/g) ?? [];
  return children.reduce((sum, child) => sum + cpuOf(child), cpuOf(pid) + cpuOfChildren(pid));
}

/** Processor time of a process itself, in seconds: fields 14 and 15 of proc(5), stat; 0 when it is gone. */
export function cpuOf(pid) {
  try {
    return sumOfTimes(pid, 14);
  } catch {
    return 0;
  }
}

/** Processor time of all children that have ended, in seconds: fields 16 and 17 of proc(5), stat. */
function cpuOfChildren(pid) {
  return sumOfTimes(pid, 16);
}

/** @param field the first of two, as proc(5) counts them */
function sumOfTimes(pid, field) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name, which may hold spaces, is the second field.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(field - 3, field - 1);
  return (Number(user) + Number(system)) / TICKS_A_SECOND;
}
