import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { identify } from '@fenceline/vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabFolders } from './lab-folders.js';

let folder: string;
let folders: LabFolders;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-labs-'));
  process.env['FENCELINE_CACHE'] = path.join(folder, 'cache');
  folders = new LabFolders(folder, { workerId: 'w', instance: 'i' });
});
afterEach(async () => {
  delete process.env['FENCELINE_CACHE'];
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** A process that does nothing until it is killed. */
async function idle(): Promise<ChildProcess> {
  const file = path.join(folder, 'idle.mjs');
  await writeFile(file, `process.send('up'); setInterval(() => {}, 1000);`);
  const child = fork(file);
  children.push(child);
  await once(child, 'message');
  return child;
}

/** The name of a folder that a process owns. */
function nameOf(pid: number): string {
  const { startTime } = identify(pid)!;
  return `${pid.toString(36)}-${startTime.toString(36)}-00000000`;
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

describe("a worker's lab folders", () => {
  it('are left alone while their owner lives, whichever worker that is', async () => {
    const mine = await folders.create('attempt');
    const other = await idle();
    const theirs = path.join(folder, 'labs', nameOf(other.pid!));
    await mkdir(theirs);
    await folders.cleanUp();
    expect(await exists(mine.path)).toBe(true);
    expect(await exists(theirs)).toBe(true);
    await mine.remove();
    expect(await readdir(path.join(folder, 'labs'))).toEqual([path.basename(theirs)]);
  });

  it('are removed when their owner is dead, and their lab is ended', async () => {
    const [owner, lab] = [await idle(), await idle()];
    const dead = path.join(folder, 'labs', nameOf(owner.pid!));
    await mkdir(dead, { recursive: true });
    await writeFile(path.join(dead, 'process.json'), JSON.stringify(identify(lab.pid!)));
    const gone = once(owner, 'exit');
    owner.kill('SIGKILL');
    await gone;
    const labGone = once(lab, 'exit');
    const found = await folders.cleanUp();
    await labGone;
    expect(found.filter((one) => one.includes(folder) || one.includes('lab process'))).toHaveLength(
      2,
    );
    expect(await exists(dead)).toBe(false);
  });

  it('never end a process that only has the number of a dead lab', async () => {
    const [owner, stranger] = [await idle(), await idle()];
    const dead = path.join(folder, 'labs', nameOf(owner.pid!));
    await mkdir(dead, { recursive: true });
    const { pid, startTime } = identify(stranger.pid!)!;
    await writeFile(
      path.join(dead, 'process.json'),
      JSON.stringify({ pid, startTime: startTime - 1 }),
    );
    const gone = once(owner, 'exit');
    owner.kill('SIGKILL');
    await gone;
    await folders.cleanUp();
    expect(await exists(dead)).toBe(false);
    expect(identify(stranger.pid!)).toBeDefined();
  });

  it('leave what they did not name', async () => {
    await mkdir(path.join(folder, 'labs', 'notes'), { recursive: true });
    await folders.cleanUp();
    expect(await readdir(path.join(folder, 'labs'))).toEqual(['notes']);
  });
});
