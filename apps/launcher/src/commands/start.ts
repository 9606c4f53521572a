import { renameSync, writeFileSync } from 'node:fs';
import { openDataFolder } from '../folder/data-folder.js';
import { takeLock } from '../folder/folder-lock.js';
import { readState } from '../folder/state-file.js';
import { stopLeftParts } from '../left-parts.js';
import { ownPrograms, type Programs } from '../programs.js';
import { Service } from '../service.js';
import type { Settings } from '../settings.js';

/**
 * Starts the service and stays until it is to end: SIGINT or SIGTERM once for an end in order, twice to hurry.
 *
 * @param readyFile where the links go as JSON once all is up, for a program that started us; they are printed without it
 * @returns the exit code
 */
export async function start(
  settings: Settings,
  say: (line: string) => void,
  readyFile?: string,
  programs: Programs = ownPrograms,
): Promise<number> {
  const folder = await openDataFolder(settings.data);
  const unlock = takeLock(folder.lock);
  if (unlock === null) {
    say(alreadyRuns(folder.state, folder.root));
    return 0;
  }
  try {
    await stopLeftParts(readState(folder.state), say);
    return await runService(new Service(settings, folder, programs, say), say, {
      data: folder.root,
      token: folder.adminToken,
      ready: readyFile,
    });
  } finally {
    unlock();
  }
}

function alreadyRuns(stateFile: string, root: string): string {
  const state = readState(stateFile);
  if (state === null) return `Fenceline is being started by another process (data in ${root}).`;
  const where = state.address ?? 'it is still starting';
  return `Fenceline runs already: ${where} (process ${state.launcher.pid}, data in ${root}).`;
}

async function runService(
  service: Service,
  say: (line: string) => void,
  files: { data: string; token: string; ready: string | undefined },
): Promise<number> {
  let asked = 0;
  let ask: () => void = () => undefined;
  const toEnd = new Promise<void>((resolve) => (ask = resolve));
  let stopping: Promise<void> | undefined;
  const onSignal = () => {
    asked += 1;
    if (asked === 1) {
      say('Stopping: the worker finishes its labs first. Once more to hurry.');
      stopping = service.stop();
      ask();
    } else {
      service.hurry();
    }
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  let exitCode = 0;
  try {
    const { address, signIn } = await service.start();
    say(`Fenceline is up: ${address}`);
    if (files.ready === undefined) say(`  sign in:  ${signIn}  (works once, for ten minutes)`);
    else writeLinks(files.ready, { address, signIn, tokenFile: files.token });
    say(`  token:    ${files.token}  (for curl and the command line)`);
    say(`  data:     ${files.data}  (logs are in logs/)`);
    say('Ctrl-C here, or npm run stop, stops it.');
    await toEnd;
  } catch (error) {
    if (asked === 0) {
      say(error instanceof Error ? error.message : String(error));
      exitCode = 3;
    }
  }
  await (stopping ?? service.stop());
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('SIGHUP', onSignal);
  say('Stopped.');
  return exitCode;
}

/** In one step: whoever waits for the file finds all of it. */
function writeLinks(file: string, links: object): void {
  writeFileSync(`${file}.new`, JSON.stringify(links), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
