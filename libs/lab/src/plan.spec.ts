import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseScenario, planSchema, type Scenario } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { makePlan } from './plan.js';

const folder = join(import.meta.dirname, '..', '..', '..', 'scenarios');

function scenario(change: (text: string) => string = (text) => text): Scenario {
  const parsed = parseScenario(change(readFileSync(join(folder, 'stuck-write.yaml'), 'utf8')), 's');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenario;
}

describe('a plan', () => {
  it('is the same for the same scenario and seed, and can be read back', () => {
    const plan = makePlan(scenario(), 7);
    expect(makePlan(scenario(), 7)).toEqual(plan);
    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });

  it('differs with the seed in identities and in fio’s random numbers, and in nothing else', () => {
    const [one, two] = [makePlan(scenario(), 1), makePlan(scenario(), 2)];
    expect(one.namespaceUuid).not.toBe(two.namespaceUuid);
    expect(one.hosts[0]!.hostId).not.toBe(two.hosts[0]!.hostId);
    expect(one.workloads).not.toEqual(two.workloads);
    expect(one.links).toEqual(two.links);
    expect(one.steps).toEqual(two.steps);
  });

  it('gives every end of every link an address and a card of its own', () => {
    const { links } = makePlan(scenario(), 1);
    const all = links.flatMap((link) => [
      link.hostMac,
      link.nodeMac,
      link.hostAddress,
      link.nodeAddress,
    ]);
    expect(new Set(all).size).toBe(all.length);
    expect(links.map(({ hostInterface }) => hostInterface)).toEqual(['eth0', 'eth1']);
    expect(links.map(({ nodeInterface }) => nodeInterface)).toEqual(['eth0', 'eth0']);
  });

  it('names one subsystem, whichever node a host asks', () => {
    const { nodes } = makePlan(scenario(), 1);
    expect(nodes.map(({ cntlidMin, cntlidMax }) => [cntlidMin, cntlidMax])).toEqual([
      [1, 99],
      [100, 199],
    ]);
    expect(nodes.map(({ ports }) => ports[0]!.address)).toEqual(['10.0.1.2', '10.0.2.2']);
  });

  it('leaves the block layer of a node as the scenario says, and as it was where a plan is older', () => {
    const plan = makePlan(
      scenario((text) => text.replace('cntlid: [1, 99]', 'cntlid: [1, 99], blockLayer: defaults')),
      1,
    );
    expect(plan.nodes.map(({ blockLayer }) => blockLayer)).toEqual(['defaults', 'recorder']);
    const older: unknown = JSON.parse(
      JSON.stringify(makePlan(scenario(), 1)).replaceAll(/,"blockLayer":"[a-z]*"/g, ''),
    );
    expect(planSchema.parse(older)).toEqual(makePlan(scenario(), 1));
  });

  it('plugs cables between nodes in behind the paths, and gives each port of a reference node an export', () => {
    const reference = scenario((text) =>
      text
        .replaceAll('{ kernel: debian:6.1, cntlid', '{ kind: reference, ports: 2, cntlid')
        .replace(
          '  B: { host',
          '  C: { host: host1, node: A, port: 2 }\n  AB: { nodes: [A, B] }\n  B: { host',
        ),
    );
    const plan = makePlan(reference, 1);
    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    expect(plan.links.map(({ name }) => name)).toEqual(['A', 'C', 'B']);
    expect(plan.interNodeLinks).toEqual([
      {
        name: 'AB',
        subnet: '10.0.4.0/24',
        ends: [
          { node: 'A', address: '10.0.4.1', mac: '02:fe:00:00:04:01', interface: 'eth2' },
          { node: 'B', address: '10.0.4.2', mac: '02:fe:00:00:04:02', interface: 'eth1' },
        ],
      },
    ]);
    const exports = plan.nodes.flatMap(({ ports }) => ports.map(({ exportName }) => exportName));
    expect(exports).toEqual(['A.1', 'A.2', 'B.1']);
  });

  it('reads plans from before there were cables between nodes', () => {
    const plan = makePlan(scenario(), 1);
    const older: unknown = JSON.parse(
      JSON.stringify(plan)
        .replaceAll(/,"(target|initiator)":\{[^}]*\}/g, '')
        .replaceAll(/,"(interNodeLinks|exportName|cqtMs)":(\[\]|null|0)/g, ''),
    );
    expect(JSON.stringify(older).length).toBeLessThan(JSON.stringify(plan).length - 200);
    expect(planSchema.parse(older)).toEqual(plan);
  });

  it('draws the random part of a step from the seed, within its bound', () => {
    const jittered = scenario((text) => text.replace('- at: 1s', '- at: 1s\n    jitter: 500ms'));
    const delays = Array.from({ length: 20 }, (_, seed) => {
      const { trigger } = makePlan(jittered, seed).steps[0]!;
      return trigger.kind === 'at' ? trigger.ms : -1;
    });
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1500);
    expect(new Set(delays).size).toBeGreaterThan(10);
  });
});
