import { spawn } from 'node:child_process';

/**
 * Runs a script of Node.js to its end.
 *
 * @returns what it wrote to stdout
 * @throws Error with what it wrote when it fails
 */
export function runScript(
  argv: string[],
  options: { cwd?: string; environment: NodeJS.ProcessEnv },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, {
      cwd: options.cwd,
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { out: '', error: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.error += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(said.out);
      else reject(new Error(`${said.out}\n${said.error}`.trim()));
    });
  });
}
