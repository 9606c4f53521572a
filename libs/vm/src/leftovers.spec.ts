import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { testFolder } from './folder.testing.js';
import { findLeftovers, removeLeftovers } from './leftovers.js';
import { identify, isAlive, ownedName, ownerOfName, ownIdentity } from './process-identity.js';

/** A folder name as a process gives it that has ended since. */
function nameOfTheDead(): string {
  const { pid } = spawnSync('true');
  return `${pid.toString(36)}-1-0badcafe`;
}

it('a name tells whose a folder is', () => {
  expect(ownerOfName(ownedName())).toEqual(ownIdentity());
  expect(isAlive(ownIdentity())).toBe(true);
  // The same number at another time is somebody else.
  expect(isAlive({ pid: process.pid, startTime: ownIdentity().startTime + 1 })).toBe(false);
  for (const other of ['owner.json', 'content', '12-34', '']) {
    expect(ownerOfName(other)).toBeUndefined();
  }
});

it('folders of the dead are found and removed, those of the living and strangers stay', async () => {
  const runFolders = await testFolder();
  const cacheDir = await testFolder();
  const dead = nameOfTheDead();
  const ours = ownedName();
  for (const name of [dead, ours, 'stranger']) {
    await mkdir(join(runFolders, name));
    await mkdir(join(cacheDir, 'tmp', name), { recursive: true });
  }
  const leftovers = await findLeftovers({ runFolders, cacheDir });
  expect(leftovers.map((leftover) => leftover.kind === 'folder' && leftover.path)).toEqual([
    join(runFolders, dead),
    join(cacheDir, 'tmp', dead),
  ]);
  await removeLeftovers(leftovers);
  expect((await readdir(runFolders)).sort()).toEqual([ours, 'stranger'].sort());
  expect(await findLeftovers({ runFolders, cacheDir })).toEqual([]);
});

it('a QEMU whose owner is dead is found and ended', async () => {
  const runFolders = await testFolder();
  const place = join(runFolders, nameOfTheDead());
  // A stand-in with QEMU's name and a socket of that run among its arguments.
  const child = spawn(
    process.execPath,
    ['-e', 'setInterval(() => {}, 1000)', '--', '-name', 'guest=A', `socket,path=${place}/A.qmp`],
    { argv0: 'qemu-system-x86_64' },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  const leftovers = await findLeftovers({ runFolders, cacheDir: await testFolder() });
  expect(leftovers).toEqual([
    expect.objectContaining({ kind: 'process', process: identify(child.pid!) }),
  ]);
  expect(leftovers[0]!.describe).toMatch(/QEMU process \d+ \(guest=A\) of process \d+/);
  const ended = once(child, 'exit');
  await removeLeftovers(leftovers);
  expect(await ended).toEqual([null, 'SIGKILL']);
});

const isRoot = process.getuid?.() === 0;

it.runIf(isRoot)('a QEMU of a container, whose numbers are not ours, is let alone', async () => {
  const runFolders = await testFolder();
  const place = join(runFolders, nameOfTheDead());
  const standIn = `exec -a qemu-system-x86_64 "$0" -e 'console.log(1); setInterval(() => {}, 1000)' -- path=${place}/A.qmp`;
  const container = spawn(
    'unshare',
    ['--pid', '--fork', '--kill-child', 'bash', '-c', standIn, process.execPath],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void container.kill('SIGKILL'));
  await once(container.stdout, 'data');
  expect(await findLeftovers({ runFolders, cacheDir: await testFolder() })).toEqual([]);
});

it('nothing is found where nothing ran', async () => {
  const nowhere = join(await testFolder(), 'none');
  expect(await findLeftovers({ runFolders: nowhere, cacheDir: nowhere })).toEqual([]);
});
