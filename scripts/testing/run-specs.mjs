import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../setup.mjs';
import { countResults } from './count-results.mjs';

/**
 * Runs the specs of a tier with Vitest's usual report, and counts them by its JSON report.
 *
 * @param {string} mode
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runSpecs(mode) {
  const folder = mkdtempSync(path.join(tmpdir(), 'fenceline-test-'));
  try {
    const file = path.join(folder, 'report.json');
    const report = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    await inherit('npx', ['--no', '--', 'vitest', 'run', '--mode', mode, ...report]);
    return readReport(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file) {
  try {
    return countResults(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    process.stderr.write(`✗ Vitest left no report: ${error.message}\n`);
    return { passed: 0, failed: 1 };
  }
}

function inherit(command, argv) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, argv, { cwd: root, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', resolve);
  });
}
