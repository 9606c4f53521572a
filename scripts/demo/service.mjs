import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { StepError } from '../setup/steps.mjs';

const pollMs = 200;

/**
 * The whole service: started by the launcher in a process of its own that can outlive us, or the one that runs already.
 *
 * @param {string} root folder of the repository
 * @param {(line: string) => void} say
 * @param {Promise<unknown>} [asked] resolves when all is to end: the launcher, which no Ctrl-C reaches, is then told so
 * @returns {Promise<{ address: string, token: string, ours: boolean, stop: () => Promise<void> }>} `ours`: it was started now
 * @throws {StepError} where it does not come up, or was asked to end before it did
 */
export async function openService(root, say, asked) {
  const folder = mkdtempSync(path.join(tmpdir(), 'fenceline-demo-'));
  const launcher = path.join(root, 'apps/launcher/bin/launcher.cjs');
  const ready = path.join(folder, 'ready.json');
  const log = path.join(folder, 'launcher.log');
  try {
    const out = openSync(log, 'a', 0o600);
    const child = spawn(process.execPath, [launcher, 'start', '--ready-file', ready], {
      stdio: ['ignore', out, out],
      detached: true,
    });
    let over = false;
    let up = false;
    let toEnd = false;
    child.once('exit', () => (over = true));
    void asked?.then(() => {
      toEnd = true;
      if (!over && !up) child.kill('SIGTERM');
    });
    let told = 0;
    // The file appears when all is up; what the launcher says meanwhile is passed on.
    while (!existsSync(ready)) {
      const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
      for (const line of lines.slice(told)) say(line);
      told = lines.length;
      if (over && toEnd) throw new StepError('The service was stopped before it was up.');
      if (over) return running(launcher);
      await after(pollMs);
    }
    up = true;
    child.unref();
    const { address, tokenFile } = JSON.parse(readFileSync(ready, 'utf8'));
    return { address, token: readToken(tokenFile), ours: true, stop: () => stopAll(launcher) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The service that has the data folder, since a launcher ended without one of its own. It is not ours to stop. */
function running(launcher) {
  const { stdout } = spawnSync(process.execPath, [launcher, 'status', '--json'], {
    encoding: 'utf8',
  });
  const { address, health, data } = JSON.parse(stdout);
  if (health === null) {
    throw new StepError(
      'The service did not start. Where another one has its data folder: npm run status says how it is, npm run stop ends it.',
    );
  }
  const token = readToken(path.join(data, 'admin-token'));
  return { address, token, ours: false, stop: () => Promise.resolve() };
}

/** Stops the service, out of reach of a further Ctrl-C and of a terminal that closes. */
function stopAll(launcher) {
  const argv = [launcher, 'stop', '--now'];
  const child = spawn(process.execPath, argv, { stdio: 'inherit', detached: true });
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

function readToken(file) {
  return readFileSync(file, 'utf8').trim();
}
