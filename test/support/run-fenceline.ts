import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verdictSchema, type Verdict } from '@fenceline/contracts';

/** The folder of the checkout. */
export const root = join(import.meta.dirname, '..', '..');

export interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program of the checkout to its end; what the environment is to have besides ours may be given. */
export function run(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** Runs `fenceline run FILE --json` and reads what it printed; `kernel` takes the place of the scenario's own. */
export async function runScenario(
  file: string,
  out: string,
  seed = 1,
  kernel?: string,
): Promise<Ended & { verdict: Verdict }> {
  const ended = await run([
    'fenceline',
    'run',
    file,
    '--json',
    '--out',
    out,
    '--seed',
    String(seed),
    ...(kernel === undefined ? [] : ['--kernel', kernel]),
  ]);
  const parsed = verdictSchema.safeParse(parseJson(ended.stdout));
  if (!parsed.success) {
    throw new Error(`no verdict (exit ${ended.exitCode}): ${ended.stdout}\n${ended.stderr}`);
  }
  return { ...ended, verdict: parsed.data };
}

/** Makes a temporary folder that is removed after `use`. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'fenceline-test-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
