import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, EXIT_ERROR, nxEnvironment, root, setUp, SetupStop } from './setup.mjs';
import { runStep, StepError } from './setup/steps.mjs';
import { countResults } from './testing/count-results.mjs';
import { parseArguments } from './testing/parse-arguments.mjs';

/** What is checked beside the specs; each counts as one test. */
const checks = [
  { title: 'formatting', argv: ['npx', '--no', '--', 'prettier', '--check', '.'] },
  { title: 'lint', argv: ['npx', '--no', '--', 'eslint', '.'] },
  { title: 'types of the specs', argv: ['npx', '--no', '--', 'tsc', '-p', 'tsconfig.eslint.json'] },
  { title: 'generated pages are current', argv: ['node', 'scripts/docs.mjs', '--check'] },
];

const total = { passed: 0, failed: 0 };

function count(result) {
  total.passed += result.passed;
  total.failed += result.failed;
}

/** Runs a stage that passes or fails as a whole; the others go on. */
async function stage(work) {
  try {
    await work();
    count({ passed: 1, failed: 0 });
  } catch (error) {
    if (!(error instanceof StepError)) {
      throw error;
    }
    process.stderr.write(`${error.message}\n`);
    count({ passed: 0, failed: 1 });
  }
}

/** Runs the specs of a tier with Vitest's usual report, and counts them by its JSON report. */
async function runSpecs(tier) {
  const folder = mkdtempSync(path.join(tmpdir(), 'fenceline-test-'));
  try {
    const file = path.join(folder, 'report.json');
    const argv = [
      '--no',
      'vitest',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ];
    await inherit('npx', tier === null ? argv : [...argv, '--mode', tier, '--passWithNoTests']);
    count(readReport(file));
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

async function main() {
  const given = parseArguments(process.argv.slice(2));
  if (given.problem !== null) {
    process.stderr.write(`${given.problem}\n`);
    return 64;
  }
  await setUp(given.tier === 'web' ? 'test:web' : 'test', given);
  await stage(build);
  if (given.tier === null) {
    for (const { title, argv } of checks) {
      await stage(() => runStep(title, argv, { cwd: root, env: nxEnvironment, showLines: 200 }));
    }
  }
  await runSpecs(given.tier);
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof SetupStop || error instanceof StepError)) {
    throw error;
  }
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_ERROR;
}
