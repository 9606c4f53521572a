import { readFileSync } from 'node:fs';
import { imageRoleSchema, parseScenario, type Scenario } from '@fenceline/contracts';
import { newRunSchema } from '@fenceline/contracts/api';
import { describe, expect, it } from 'vitest';
import { countJobs, listSeeds, variantsOf, wantedGuests, type Variant } from './matrix.js';

const result = parseScenario(readFileSync('scenarios/stuck-write.yaml', 'utf8'), 'stuck-write');
if (!result.ok) throw new Error('scenarios/stuck-write.yaml cannot be read');
const scenario: Scenario = {
  ...result.scenario,
  hosts: result.scenario.hosts.map((host) => ({ ...host, kernel: 'debian:6.12' })),
};
const runOf = (fields: object) =>
  newRunSchema.parse({ scenarios: [{ hash: 'a'.repeat(64) }], ...fields });

function referenceInitiator(): Scenario['hosts'][number]['initiator'] {
  const text = readFileSync('scenarios/ccr/linux/reference-host.yaml', 'utf8');
  const read = parseScenario(text, 'reference-host');
  if (!read.ok) throw new Error('scenarios/ccr/linux/reference-host.yaml cannot be read');
  return read.scenario.hosts[0]!.initiator;
}

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

  it('takes the kernels of the scenario where none is given, each with its roles', () => {
    expect(wantedGuests(scenario, null)).toEqual([
      { kernel: 'debian:6.1', role: 'array-node' },
      { kernel: 'debian:6.12', role: 'host' },
    ]);
    expect(wantedGuests(scenario, 'mine')).toEqual([
      { kernel: 'mine', role: 'array-node' },
      { kernel: 'mine', role: 'host' },
    ]);
  });

  it('pins the kernels and images that each variant boots, and nothing else', () => {
    const common = { version: '1', capabilities: [] };
    const pinOf = (name: string) => ({
      kernel: { kind: 'kernel' as const, name, ...common, sha256: name },
      images: new Map(
        imageRoleSchema.options.map((role) => [
          role,
          { kind: 'image' as const, name, ...common, role, sha256: `${name} ${role}` },
        ]),
      ),
    });
    const names = ['debian:6.1', 'debian:6.12', 'mine'];
    const pins = new Map(names.map((name) => [name, pinOf(name)]));
    const scenarios = [{ hash: 'h', scenario }];
    const pinned = (variant: Variant) => variant.pinned.map(({ sha256 }) => sha256);
    const [asIs] = variantsOf(scenarios, runOf({}), pins);
    expect(pinned(asIs!)).toEqual([
      'debian:6.1',
      'debian:6.1 array-node',
      'debian:6.12',
      'debian:6.12 host',
    ]);
    const [mine, other] = variantsOf(scenarios, runOf({ kernels: ['mine', 'debian:6.1'] }), pins);
    expect(pinned(mine!)).toEqual(['mine', 'mine array-node', 'mine host']);
    expect(other!.kernel).toBe('debian:6.1');
    const [hosts, initiator] = [scenario.hosts, referenceInitiator()];
    const reference = { ...scenario, hosts: hosts.map((host) => ({ ...host, initiator })) };
    const [own] = variantsOf([{ hash: 'h', scenario: reference }], runOf({}), pins);
    expect(pinned(own!)).toContain('debian:6.12 reference');
    expect(pinned(own!)).not.toContain('debian:6.12 host');
  });

  it('asks no accelerator and little memory for a simulated lab', () => {
    const run = runOf({ driver: 'simulated', wants: { workerLabels: ['lab-a'] } });
    const [variant] = variantsOf([{ hash: 'h', scenario }], run, new Map());
    expect(variant!.pinned).toEqual([]);
    expect(variant!.needs).toEqual({
      memoryMib: 256,
      cores: 1,
      accelerator: 'none',
      labels: ['lab-a'],
    });
  });
});
