import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { runInVms } from './qemu.mjs';

const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('fenceline-mutants-'));

it('begins no lab once it was stopped', async () => {
  const before = folders();
  const trial = { scenario: 'stuck-write', seed: 1, mutants: { host: null, node: null } };
  const stop = AbortSignal.abort(new Error('stopped'));
  await expect(runInVms(trial, stop)).rejects.toThrow('stopped');
  expect(folders()).toEqual(before);
});
