import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { StepError } from '../setup/steps.mjs';

const pollMs = 200;

/**
 * The whole service, started by the launcher in a process of its own that can outlive us.
 *
 * @param {string} root folder of the repository
 * @param {(line: string) => void} say
 * @param {Promise<unknown>} asked resolves when all is to end: the launcher, which no Ctrl-C reaches, is then told so
 * @returns {Promise<{ address: string, signIn: string, token: string, stop: () => void }>}
 * @throws {StepError} where it does not come up, or was asked to end before it did
 */
export async function startService(root, say, asked) {
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
    child.once('exit', () => (over = true));
    void asked.then(() => !over && !existsSync(ready) && child.kill('SIGTERM'));
    let told = 0;
    // The file appears when all is up; what the launcher says meanwhile is passed on.
    while (!existsSync(ready)) {
      const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
      for (const line of lines.slice(told)) say(line);
      told = lines.length;
      if (over) throw new StepError('The service did not start.');
      await after(pollMs);
    }
    child.unref();
    const { address, signIn, tokenFile } = JSON.parse(readFileSync(ready, 'utf8'));
    const token = readFileSync(tokenFile, 'utf8').trim();
    const stop = () =>
      spawnSync(process.execPath, [launcher, 'stop', '--now'], { stdio: 'inherit' });
    return { address, signIn, token, stop };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
