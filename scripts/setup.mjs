import { createInterface } from 'node:readline/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decide, mustAsk } from './setup/decide.mjs';
import { gatherFacts, isRoot } from './setup/facts.mjs';
import { networkTrouble } from './setup/network-trouble.mjs';
import { nxEnvironmentOf } from './setup/nx-environment.mjs';
import { runStep, StepError } from './setup/steps.mjs';

/** Folder of the repository. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** The exit code of a machine that is not fit, as the command line has it. */
export const EXIT_ERROR = 3;

/** What Nx is given wherever we call it. */
export const nxEnvironment = nxEnvironmentOf(root);

/** The set-up cannot go on; the message says what to do. */
export class SetupStop extends Error {}

/**
 * Installs what is missing (Debian packages, npm packages), asking first where somebody can answer.
 *
 * What is there is skipped, so that a second call does nothing.
 *
 * @param {import('./setup/requirements.mjs').Purpose} purpose
 * @param {{ yes: boolean }} options
 * @throws {SetupStop} where a human must act
 * @throws {import('./setup/steps.mjs').StepError} where a step failed
 */
export async function setUp(purpose, options) {
  const decision = decide(gatherFacts(purpose, root));
  if (decision.stop !== null) {
    throw new SetupStop(decision.stop);
  }
  if (decision.install.length > 0 || decision.npm !== null) {
    await announce(decision, options);
  }
  if (decision.update) {
    await fetchLists(decision.updateMayFail);
  }
  if (decision.install.length > 0) {
    await asRoot(`install ${decision.install.join(', ')}`, [
      'apt-get',
      '-o',
      'Dpkg::Use-Pty=0',
      'install',
      '--yes',
      '--no-install-recommends',
      ...decision.install,
    ]);
  }
  if (decision.npm !== null) {
    await runStep('install npm packages', ['npm', 'ci', '--no-progress'], {
      cwd: root,
      // Nx is called by its own installation.
      env: nxEnvironment,
      onFailure: (output) => networkTrouble(output, 'npm packages'),
    });
  }
}

/** Builds what changed. Nx keeps a cache, so that this takes a moment when nothing did. */
export async function build() {
  await runStep('build', ['npm', 'run', '--silent', 'build'], { cwd: root, env: nxEnvironment });
}

async function announce(decision, options) {
  process.stderr.write('To be installed:\n');
  if (decision.install.length > 0) {
    process.stderr.write(
      `  Debian packages: ${decision.install.join(' ')} (and what they depend on)\n`,
    );
  }
  if (decision.npm !== null) {
    process.stderr.write(
      `  npm packages into node_modules, as the lockfile says (${decision.npm})\n`,
    );
  }
  const given = {
    yes: options.yes,
    ci: process.env.CI !== undefined && process.env.CI !== '' && process.env.CI !== 'false',
    terminal: process.stdin.isTTY === true && process.stderr.isTTY === true,
  };
  if (!mustAsk(given)) {
    return;
  }
  if (!/^(y|yes|)$/i.test((await ask('Go on? [Y/n] ')).trim())) {
    throw new SetupStop('Nothing was installed.');
  }
}

/** The answer of whoever sits at the terminal; Ctrl-C and Ctrl-D answer no. */
async function ask(question) {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise((resolve) => {
    prompt.once('close', () => resolve('no'));
  });
  try {
    return await Promise.race([prompt.question(question), closed]);
  } finally {
    prompt.close();
  }
}

async function fetchLists(mayFail) {
  try {
    await asRoot('fetch the lists of Debian packages', [
      'apt-get',
      '-o',
      'APT::Update::Error-Mode=any',
      'update',
    ]);
  } catch (error) {
    if (!mayFail || !(error instanceof StepError)) {
      throw error;
    }
    process.stderr.write(
      `${error.message}\nGoing on without: what is needed may be there already.\n`,
    );
  }
}

async function asRoot(title, argv) {
  const noQuestions = [
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    ...argv,
    '-o',
    'DPkg::Lock::Timeout=120',
  ];
  await runStep(title, isRoot() ? noQuestions : ['sudo', '-n', ...noQuestions], {
    cwd: root,
    onFailure: (output) => networkTrouble(output, 'Debian packages'),
  });
}
