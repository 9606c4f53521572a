import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stopLeftParts } from '../left-parts.js';
import { boundLog } from './bound-log.js';
import { dataFolderAt, openDataFolder } from './data-folder.js';
import { takeLock } from './folder-lock.js';
import { identityOf, livingParts, readState, writeState } from './state-file.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'fenceline-launcher-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

describe('the lock of a data folder', () => {
  it('is had by one alone, until he gives it back', () => {
    const file = path.join(root, 'lock');
    const first = takeLock(file);
    expect(first).not.toBeNull();
    expect(takeLock(file)).toBeNull();
    first!();
    const second = takeLock(file);
    expect(second).not.toBeNull();
    second!();
  });

  it('is free when whoever had it was killed', async () => {
    const file = path.join(root, 'lock');
    // exec: the one that has the lock is the one that is killed.
    const holder = spawn('sh', ['-c', 'exec 3>"$0"; flock 3; echo has; exec cat', file], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    expect(takeLock(file)).toBeNull();
    const ended = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await ended;
    takeLock(file)!();
  });
});

describe('the data folder', () => {
  it('shows to others nothing but the way through', async () => {
    const folder = await openDataFolder(path.join(root, 'data'));
    const modeOf = (file: string) => statSync(file).mode & 0o777;
    expect(modeOf(folder.root)).toBe(0o711);
    expect(
      [folder.artifacts, folder.worker, path.dirname(folder.log('redis'))].map(modeOf),
    ).toEqual([0o700, 0o700, 0o700]);
  });
});

describe('what a launcher left', () => {
  it('is stopped, the last one first; another process of the same number is not', async () => {
    const children = ['postgres', 'worker'].map((name) => {
      const child = spawn('sleep', ['600'], { stdio: 'ignore' });
      return {
        name,
        child,
        ended: new Promise((resolve) => child.once('exit', (_, by) => resolve(by))),
      };
    });
    await Promise.all(
      children.map(({ child }) => new Promise((resolve) => child.once('spawn', resolve))),
    );
    const { state: file } = dataFolderAt(root);
    const parts = children.map(({ name, child }) => ({
      name,
      process: identityOf(child.pid!),
      restarts: 0,
    }));
    const me = identityOf(process.pid);
    const stranger = {
      name: 'redis',
      process: { ...me, startTime: me.startTime - 1 },
      restarts: 0,
    };
    writeState(file, { launcher: me, address: null, parts: [...parts, stranger] });
    expect(livingParts(readState(file)).map(({ name }) => name)).toEqual(['worker', 'postgres']);
    const said: string[] = [];
    await stopLeftParts(readState(file), (line) => said.push(line));
    expect(said.map((line) => line.split(' ')[0])).toEqual(['worker', 'postgres']);
    expect(await Promise.all(children.map(({ ended }) => ended))).toEqual(['SIGINT', 'SIGTERM']);
    expect(livingParts(readState(file))).toEqual([]);
  });

  it('is nothing where there is no state, or half of one', () => {
    const { state: file } = dataFolderAt(root);
    expect(livingParts(readState(file))).toEqual([]);
    writeFileSync(file, '{"launcher":');
    expect(readState(file)).toBeNull();
  });
});

describe('boundLog', () => {
  it('begins a log anew that is too long, and keeps the one before', () => {
    const file = path.join(root, 'part.log');
    boundLog(file, 10);
    writeFileSync(file, 'ten bytes.');
    boundLog(file, 10);
    expect(existsSync(`${file}.1`)).toBe(false);
    writeFileSync(file, 'eleven bytes');
    boundLog(file, 10);
    expect(readFileSync(file, 'utf8')).toBe('');
    expect(readFileSync(`${file}.1`, 'utf8')).toBe('eleven bytes');
  });
});
