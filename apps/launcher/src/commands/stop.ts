import { setTimeout as after } from 'node:timers/promises';
import { dataFolderAt } from '../folder/data-folder.js';
import { isLauncherAlive, livingParts, readState } from '../folder/state-file.js';
import { stopLeftParts } from '../left-parts.js';
import type { Settings } from '../settings.js';

const pollMs = 50;

/**
 * Stops the service and waits for its end; what a launcher left that was killed is stopped too.
 *
 * @param now labs are left and not finished
 * @returns the exit code
 */
export async function stop(
  settings: Settings,
  now: boolean,
  say: (line: string) => void,
): Promise<number> {
  const { state: file } = dataFolderAt(settings.data);
  const state = readState(file);
  if (!isLauncherAlive(state)) {
    if (livingParts(state).length === 0) say('Fenceline does not run.');
    await stopLeftParts(state, say);
    return 0;
  }
  const { pid } = state.launcher;
  process.kill(pid, 'SIGTERM');
  // Another signal: a second SIGTERM would be one with the first.
  if (now) process.kill(pid, 'SIGINT');
  say(`Stopping (process ${pid})${now ? '' : ': the worker finishes its labs first'} …`);
  // Nobody tells of the end of a process that is not a child.
  while (isLauncherAlive(state)) await after(pollMs);
  await stopLeftParts(readState(file), say);
  say('Stopped.');
  return 0;
}
