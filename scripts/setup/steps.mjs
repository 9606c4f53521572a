import { spawn } from 'node:child_process';
import { clearInterval, setInterval } from 'node:timers';
import { endAfter, unlessStopping } from './stop-in-order.mjs';

/** A step failed; the message has been made for people, with the step's last lines. */
export class StepError extends Error {}

const showLines = 30;
const live = process.stderr.isTTY === true && process.env.TERM !== 'dumb';

/**
 * Runs one command as a step: its title and time are shown, its output only when it fails. Ctrl-C ends the command,
 * and us when it has ended.
 *
 * @param {string} title
 * @param {string[]} argv
 * @param {{ cwd: string, env?: Record<string, string>, showLines?: number, onFailure?: (output: string) => string | null }} options
 *   `onFailure` may say what the output means.
 */
export async function runStep(title, argv, options) {
  await unlessStopping();
  const startedAt = performance.now();
  const lines = [];
  const elapsed = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  const draw = () => {
    const last = (lines.at(-1) ?? '').slice(
      0,
      Math.max(0, (process.stderr.columns || 80) - title.length - 16),
    );
    process.stderr.write(`\r\u001b[2K… ${title}  ${elapsed()}  ${last}`);
  };
  if (!live) {
    process.stderr.write(`… ${title}\n`);
  }
  const timer = live ? setInterval(draw, 200) : null;
  const result = await runQuietly(argv, options, lines).finally(() => clearInterval(timer));
  await unlessStopping();
  if (live) {
    process.stderr.write('\r\u001b[2K');
  }
  if (result.ok) {
    process.stderr.write(`✓ ${title}  ${elapsed()}\n`);
    return;
  }
  const output = lines.slice(-(options.showLines ?? showLines)).join('\n');
  const meaning = options.onFailure?.(output) ?? null;
  throw new StepError(
    `✗ ${title}: \`${argv.join(' ')}\` ${result.how}.\n${output}${meaning === null ? '' : `\n\n${meaning}`}`,
  );
}

/**
 * @param {string[]} argv
 * @param {{ cwd: string, env?: Record<string, string> }} options
 * @param {string[]} lines
 * @returns {Promise<{ ok: boolean, how: string }>}
 */
function runQuietly([command, ...rest], options, lines) {
  return new Promise((resolve) => {
    const child = spawn(command, rest, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endAfter(child);
    const keep = (chunk) => {
      lines.push(
        ...chunk
          .toString()
          .split(/[\r\n]+/)
          .filter((line) => line.trim() !== ''),
      );
      lines.splice(0, Math.max(0, lines.length - 4 * (options.showLines ?? showLines)));
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) =>
      resolve({ ok: false, how: `could not be started: ${error.message}` }),
    );
    child.on('close', (code, signal) =>
      resolve({
        ok: code === 0,
        how: signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`,
      }),
    );
  });
}
