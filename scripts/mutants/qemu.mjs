import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { scenarioText } from './library.mjs';
import { resultOf } from './simulate.mjs';

const root = path.join(import.meta.dirname, '..', '..');

/**
 * Runs a trial in VMs, as `fenceline run` does it, and keeps no evidence.
 *
 * @param trial see `runCampaign`
 * @param {AbortSignal} stop ends the lab in order, and lets no other one begin
 * @throws Error where there is no verdict, or its reason where it was stopped
 */
export async function runInVms({ scenario, seed, mutants }, stop) {
  stop.throwIfAborted();
  const folder = mkdtempSync(path.join(tmpdir(), 'fenceline-mutants-'));
  try {
    const file = path.join(folder, `${scenario}.yaml`);
    writeFileSync(file, scenarioText(scenario, mutants));
    const options = ['--seed', String(seed), '--out', path.join(folder, 'out'), '--json'];
    const argv = ['run', file, ...options];
    const { stdout, stderr } = await output(path.join(root, 'fenceline'), argv, stop);
    stop.throwIfAborted();
    const verdict = stdout === '' ? {} : JSON.parse(stdout);
    if (verdict.schema !== 'fenceline.verdict/v1') {
      throw new Error(`${scenario}, seed ${seed}: ${verdict.message ?? stderr}`);
    }
    const deviations = stderr.split('\n').filter((line) => line.startsWith('not as expected'));
    return resultOf(verdict, deviations);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a command prints, once it has ended. */
function output(command, argv, stop) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (piece) => (text[name] += piece));
    }
    const end = () => child.kill('SIGTERM');
    stop.addEventListener('abort', end);
    child.on('error', reject);
    child.on('close', () => {
      stop.removeEventListener('abort', end);
      resolve(text);
    });
  });
}
