import { stopProcess } from '@fenceline/embedded';
import { livingParts, type ServiceState } from './folder/state-file.js';

/** Postgres ends sessions by themselves only when it is asked so. */
const signals: Record<string, NodeJS.Signals | undefined> = { postgres: 'SIGINT' };

/**
 * Stops what a launcher left that was killed, in the order in which it would have done so itself.
 *
 * @param report told of each process
 */
export async function stopLeftParts(
  state: ServiceState | null,
  report: (line: string) => void,
): Promise<void> {
  for (const { name, process } of livingParts(state)) {
    report(`${name} (process ${process.pid}) was left by a launcher that was killed: stopping it.`);
    await stopProcess(process.pid, signals[name] ?? 'SIGTERM');
  }
}
