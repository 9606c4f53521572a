import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from './read-settings.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-settings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const needed = {
  FENCELINE_SERVICE: 'http://127.0.0.1:8080',
  FENCELINE_WORKER_FOLDER: '/var/lib/fenceline-worker',
};

describe('settings of a worker', () => {
  it('are few that must be given', () => {
    expect(readSettings({ ...needed, FENCELINE_LABELS: 'rack-1, fast' })).toMatchObject({
      FENCELINE_SLOTS: 1,
      FENCELINE_LABELS: ['rack-1', 'fast'],
      FENCELINE_CREDENTIAL_FILE: '/var/lib/fenceline-worker/credential.json',
      FENCELINE_ACCELERATOR: 'probe',
    });
  });

  it('are checked all at once', () => {
    const wrong = { ...needed, FENCELINE_SLOTS: '0', FENCELINE_ACCELERATOR: 'xen' };
    expect(() => readSettings({ ...wrong, FENCELINE_SERVICE: 'nowhere' })).toThrow(
      /FENCELINE_SERVICE[^]*FENCELINE_SLOTS[^]*FENCELINE_ACCELERATOR/,
    );
  });

  it('come from a file too, and the environment counts', async () => {
    const file = path.join(folder, 'settings.json');
    await writeFile(file, JSON.stringify({ ...needed, FENCELINE_SLOTS: 4, FENCELINE_CORES: 8 }));
    expect(readSettings({ FENCELINE_SETTINGS: file, FENCELINE_SLOTS: '2' })).toMatchObject({
      FENCELINE_SERVICE: needed.FENCELINE_SERVICE,
      FENCELINE_SLOTS: 2,
      FENCELINE_CORES: 8,
    });
  });

  it('name a file that cannot be read, and quote nothing of it', async () => {
    const file = path.join(folder, 'settings.json');
    await writeFile(file, '{ "secret": ');
    expect(() => readSettings({ FENCELINE_SETTINGS: file })).toThrow(
      `FENCELINE_SETTINGS: ${file} cannot be read as JSON.`,
    );
  });
});
