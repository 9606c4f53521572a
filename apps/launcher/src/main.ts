import { parseArgs } from 'node:util';
import { start } from './commands/start.js';
import { status } from './commands/status.js';
import { stop } from './commands/stop.js';
import { readSettings } from './settings.js';

const usage = `Usage: npm start
       npm run status [-- --json]
       npm run stop [-- --now]`;

/**
 * The launcher's command line.
 *
 * @param argv the command and its options
 * @returns the exit code
 */
export async function main(argv: string[]): Promise<number> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  try {
    const { command, json, now, readyFile } = read(argv);
    const settings = readSettings(process.env);
    if (command === 'start') return await start(settings, say, readyFile);
    if (command === 'status') return await status(settings, json, say);
    return await stop(settings, now, say);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? 64 : 3;
  }
}

class UsageError extends Error {}

function read(argv: string[]): {
  command: 'start' | 'status' | 'stop';
  json: boolean;
  now: boolean;
  readyFile: string | undefined;
} {
  const [command, ...rest] = argv;
  if (command !== 'start' && command !== 'status' && command !== 'stop')
    throw new UsageError(usage);
  try {
    const options = {
      ...(command === 'start' && { 'ready-file': { type: 'string' as const } }),
      ...(command === 'status' && { json: { type: 'boolean' as const } }),
      ...(command === 'stop' && { now: { type: 'boolean' as const } }),
    };
    const values: { json?: unknown; now?: unknown; 'ready-file'?: unknown } = parseArgs({
      args: rest,
      options,
    }).values;
    const readyFile = values['ready-file'];
    return {
      command,
      json: values.json === true,
      now: values.now === true,
      readyFile: typeof readyFile === 'string' ? readyFile : undefined,
    };
  } catch (cause) {
    throw new UsageError(usage, { cause });
  }
}
