import type { Vm } from '@fenceline/vm';
import { LabError } from '../lab-error.js';

/**
 * Runs one of the fixed scripts in a guest and returns what it printed.
 *
 * @param what the step in words, for the message of a failure
 * @throws LabError with the guest's own words when the script fails
 */
export async function runScript(
  vm: Vm,
  what: string,
  script: string,
  args: readonly string[],
  timeoutMs: number,
  input?: string,
): Promise<string> {
  const argv = ['/bin/sh', '-c', script, 'fenceline', ...args];
  return run(vm, what, argv, timeoutMs, input);
}

/** Runs a program in a guest and returns what it printed; see `runScript`. */
export async function run(
  vm: Vm,
  what: string,
  argv: readonly string[],
  timeoutMs: number,
  input?: string,
): Promise<string> {
  const result = await vm.agent.exec([...argv], {
    timeoutMs,
    ...(input === undefined ? {} : { input }),
  });
  if (result.exitCode !== 0) {
    const said = (result.stderr.trim() || result.stdout.trim() || 'it said nothing').slice(-2000);
    throw new LabError(`${vm.name}: ${what} failed (exit ${result.exitCode}): ${said}`);
  }
  return result.stdout;
}
