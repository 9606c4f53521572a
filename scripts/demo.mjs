import { spawn } from 'node:child_process';
import path from 'node:path';
import { summarise } from './demo/summary.mjs';
import { build, EXIT_ERROR, root, setUp, SetupStop } from './setup.mjs';
import { StepError } from './setup/steps.mjs';

const scenario = 'scenarios/stuck-write.yaml';
const out = path.join('evidence', 'demo');

/** Runs the command line on the scenario: its progress goes to the terminal, its JSON comes to us. */
function runScenario() {
  return new Promise((resolve, reject) => {
    const child = spawn('./fenceline', ['run', scenario, '--out', out, '--json'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    // Ctrl-C reaches the child as well, which then ends its lab: we wait for it.
    const ignore = () => undefined;
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', ignore).on('SIGTERM', forward);
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('SIGINT', ignore).off('SIGTERM', forward);
      resolve({ exitCode: code ?? EXIT_ERROR, text });
    });
  });
}

async function main() {
  const unknown = process.argv.slice(2).find((argument) => !['--yes', '-y'].includes(argument));
  if (unknown !== undefined) {
    process.stderr.write(`Unknown argument ${unknown}: the demonstration knows --yes alone.\n`);
    return 64;
  }
  process.stderr.write(
    'Fenceline: does a stale write land when a path fails? A demonstration on a real kernel.\n',
  );
  await setUp('demo', { yes: process.argv.length > 2 });
  await build();
  process.stderr.write(`✓ ready: ./fenceline run ${scenario}\n`);
  const { exitCode, text } = await runScenario();
  if (text.trim() !== '') {
    process.stdout.write(summarise(JSON.parse(text), exitCode));
  }
  return exitCode;
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
