import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.js';
import { readScenarioFiles } from './scenario-files.js';

const shipped = path.resolve(import.meta.dirname, '../../../../scenarios/no-fault.yaml');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-scenarios-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('readScenarioFiles', () => {
  it('gives the scenario with its own text', async () => {
    const [one] = await readScenarioFiles([shipped], ['debian:6.1']);
    expect(one?.scenario.name).toBe('no-fault');
    expect(one?.text).toBe(await readFile(shipped, 'utf8'));
  });

  it('tells every mistake of every file at once', async () => {
    const text = await readFile(shipped, 'utf8');
    const broken = path.join(folder, 'broken.yaml');
    await writeFile(broken, text.replace('fenceline: 1', 'fenceline: 2\ncolour: red'));
    const absent = path.join(folder, 'absent.yaml');
    const failure = readScenarioFiles([broken, shipped, absent], ['debian:6.1']);
    await expect(failure).rejects.toThrow(UsageError);
    await expect(failure).rejects.toThrow(/broken\.yaml:\d+:\d+ .*fenceline/);
    await expect(failure).rejects.toThrow(/broken\.yaml:\d+:\d+ .*colour/);
    await expect(failure).rejects.toThrow('absent.yaml:1:1  there is no such file');
  });
});
