import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const steps = new URL('steps.mjs', import.meta.url).href;

describe('runStep', () => {
  let folder;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'fenceline-steps-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    'ends at %s when its command has finished, and nothing follows',
    async (signal) => {
      const finished = path.join(folder, 'finished');
      // It ends who runs it, and has something to finish when it is told to end itself.
      const command = `
        process.on('SIGTERM', () => setTimeout(() => {
          require('fs').writeFileSync(${JSON.stringify(finished)}, '');
          process.exit();
        }, 100));
        process.kill(process.ppid, '${signal}');
        setInterval(() => undefined, 1000);`;
      const program = `
        import { runStep } from ${JSON.stringify(steps)};
        const options = { cwd: '/' };
        await runStep('first', ['node', '-e', ${JSON.stringify(command)}], options).catch(() => 0);
        console.log('followed');
        await runStep('second', ['true'], options);`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
      let out = '';
      let told = '';
      child.stdout.on('data', (chunk) => (out += chunk));
      child.stderr.on('data', (chunk) => (told += chunk));
      const code = await new Promise((resolve) => child.once('close', resolve));
      expect({ code, out, finished: existsSync(finished) }).toEqual({
        code: 3,
        out: '',
        finished: true,
      });
      expect(told).toBe('… first\n\nStopping: what runs now ends first.\n');
    },
  );
});
