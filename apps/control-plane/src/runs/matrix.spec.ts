import { readFileSync } from 'node:fs';
import { parseScenario, type Scenario } from '@fenceline/contracts';
import { newRunSchema } from '@fenceline/contracts/api';
import { describe, expect, it } from 'vitest';
import { countJobs, kernelsOf, listSeeds, variantsOf } from './matrix.js';

const result = parseScenario(readFileSync('scenarios/stuck-write.yaml', 'utf8'), 'stuck-write');
if (!result.ok) throw new Error('scenarios/stuck-write.yaml cannot be read');
const scenario: Scenario = {
  ...result.scenario,
  hosts: result.scenario.hosts.map((host) => ({ ...host, kernel: 'debian:6.12' })),
};
const runOf = (fields: object) =>
  newRunSchema.parse({ scenarios: [{ hash: 'a'.repeat(64) }], ...fields });

describe('matrix', () => {
  it('counts scenarios, kernels, seeds and repeats', () => {
    expect(countJobs(runOf({}))).toBe(1);
    const seeds = { from: 0, count: 5 };
    expect(countJobs(runOf({ kernels: ['a', 'b'], seeds, repeats: 3 }))).toBe(30);
    expect(countJobs(runOf({ seeds: { from: 0, count: 10_000 } }))).toBe(10_000);
    expect(() => countJobs(runOf({ seeds: { from: 0, count: 10_001 } }))).toThrow('10001 jobs');
  });

  it('takes seeds of 32 bits', () => {
    expect(listSeeds({ from: 4294967294, count: 2 })).toEqual([4294967294, 4294967295]);
    expect(() => runOf({ seeds: { from: 4294967294, count: 3 } })).toThrow('largest seed');
    expect(() => runOf({ seeds: [1, 1] })).toThrow('twice');
  });

  it('takes the kernels of the scenario where none is given', () => {
    expect(kernelsOf(scenario, null)).toEqual(['debian:6.12', 'debian:6.1']);
    expect(kernelsOf(scenario, 'mine')).toEqual(['mine']);
  });

  it('pins what the kernels of each variant need, and nothing else', () => {
    const pinOf = (name: string) => ({
      kind: 'kernel' as const,
      name,
      version: '1',
      capabilities: [],
      sha256: name,
    });
    const names = ['debian:6.1', 'debian:6.12', 'mine'];
    const pins = new Map(names.map((name) => [name, [pinOf(name)]]));
    const scenarios = [{ hash: 'h', scenario }];
    const [asIs] = variantsOf(scenarios, runOf({}), pins);
    expect(asIs!.pinned.map(({ name }) => name)).toEqual(['debian:6.12', 'debian:6.1']);
    const [mine, other] = variantsOf(scenarios, runOf({ kernels: ['mine', 'debian:6.1'] }), pins);
    expect(mine!.pinned.map(({ name }) => name)).toEqual(['mine']);
    expect(other!.kernel).toBe('debian:6.1');
  });

  it('asks no accelerator and little memory for a simulated lab', () => {
    const run = runOf({ driver: 'simulated', wants: { workerLabels: ['lab-a'] } });
    const [variant] = variantsOf([{ hash: 'h', scenario }], run, new Map());
    expect(variant!.needs).toEqual({
      memoryMib: 256,
      cores: 1,
      accelerator: 'none',
      labels: ['lab-a'],
    });
  });
});
