import { decodeJournal } from '@fenceline/capture';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { block } from './backend.testing.js';
import { NbdClient } from './nbd/nbd-client.testing.js';

const project = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));

const server = `
  import { Backend } from ${JSON.stringify(join(project, 'dist/index.js'))};
  const [folder] = process.argv.slice(1);
  const clock = { now: () => Math.round(performance.now() * 1e6) };
  const backend = await Backend.open({
    clock, medium: 'memory', journalPath: folder + '/j', blockSize: 4096, size: 1 << 20,
  });
  await backend.addExport({ name: 'a', socket: folder + '/s', node: 'A' });
  console.log('ready');
`;

it('leaves a journal that can be read when its process is killed while it writes', async () => {
  // A process of its own runs the built code, so that is brought up to date first.
  execFileSync(process.execPath, [tsc, '-b', project]);
  const folder = await mkdtemp(join(tmpdir(), 'fenceline-crash-'));
  const child = spawn(process.execPath, ['--input-type=module', '-e', server, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  const client = await NbdClient.open(join(folder, 's'));
  const killed = setTimeout(() => child.kill('SIGKILL'), 700);
  const gone = client.closed.then(() => 'gone' as const);
  while ((await Promise.race([client.write(0, block(1)), gone])) !== 'gone');
  clearTimeout(killed);
  await exited;
  const { header, records, cut } = decodeJournal(await readFile(join(folder, 'j')));
  await rm(folder, { recursive: true });
  expect(header).toEqual({ version: 1, blockSize: 4096 });
  expect(cut).not.toBeNull();
  const applied = records.filter((record) => record.kind === 'applied');
  expect(applied.length).toBeGreaterThan(10);
  const last = applied.at(-1)!;
  const first = applied[0]!;
  // 700 ms of writes, of which the last 200 ms may be lost.
  expect(last.t - first.t).toBeGreaterThan(400e6);
}, 60_000);
