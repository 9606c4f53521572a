import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * The lines that tshark prints for a capture.
 *
 * @throws when tshark is not there, or does not like the capture
 */
export async function* tsharkLines(file, args) {
  const child = spawn('tshark', ['-n', '-r', file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => (errors += text));
  const ended = new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`tshark does not start: ${error.message}`)));
    child.on('close', resolve);
  });
  // Whoever waits for a line must not meet the error as one that nobody handles.
  ended.catch(() => undefined);
  yield* createInterface({ input: child.stdout });
  const code = await ended;
  if (code !== 0) throw new Error(`tshark ended with ${code} on ${file}:\n${errors.trim()}`);
}

/** Rows of the fields of all frames that match a filter. */
export async function* tsharkFields(file, filter, fields) {
  const args = ['-Y', filter, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
  for await (const line of tsharkLines(file, args)) yield line.split('\t');
}
