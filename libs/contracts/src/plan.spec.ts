import { describe, expect, it } from 'vitest';
import { exportsOf, planSchema, type Plan } from './plan.js';
import { scenarioOf, soundScenario } from './scenario/scenario.testing.js';

const scenario = scenarioOf(soundScenario);
const uuid = '12345678-9abc-4def-8123-456789abcdef';

const plan: Plan = {
  schema: 'fenceline.plan/v1',
  scenario,
  seed: 7,
  subsystemNqn: scenario.subsystem.nqn,
  subsystemSerial: 'abcdef01',
  namespaceId: 1,
  namespaceUuid: uuid,
  blockSize: 4096,
  namespaceBytes: 67_108_864,
  hosts: [{ name: 'host1', hostNqn: 'nqn.x', hostId: uuid, kernel: 'k', memoryBytes: 1 }],
  nodes: scenario.nodes.map(({ name, kernel, memoryBytes, cntlidMin, cntlidMax, blockLayer }) => ({
    name,
    kernel,
    memoryBytes,
    cntlidMin,
    cntlidMax,
    blockLayer,
    ports: [{ id: 1, link: name, address: '10.0.1.2', trsvcid: 4420, exportName: null }],
    exportName: name,
  })),
  links: scenario.links.map((link) => ({
    ...link,
    subnet: '10.0.1.0/24',
    hostAddress: '10.0.1.1',
    nodeAddress: '10.0.1.2',
    hostMac: '02:fe:00:00:01:01',
    nodeMac: '02:fe:00:00:01:02',
    hostInterface: 'eth0',
    nodeInterface: 'eth0',
  })),
  interNodeLinks: [],
  workloads: [
    { name: 'writers', host: 'host1', argv: ['fio', '--name=writers'], runtimeMs: 60_000 },
  ],
  steps: scenario.timeline.map(({ trigger, action, optional, describe: words }, index) => ({
    index,
    trigger:
      trigger.kind === 'event'
        ? { kind: 'event', event: trigger.event, delayMs: 13 }
        : { kind: trigger.kind, ms: trigger.ms },
    withinMs: trigger.kind === 'event' ? trigger.withinMs : null,
    action,
    optional,
    describe: words,
  })),
};

describe('the plan', () => {
  it('reads back what was written', () => {
    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });

  it.each([0, 511, 65_537, 2 ** 53 - 1])('refuses blocks of %d bytes', (blockSize) => {
    expect(planSchema.safeParse({ ...plan, blockSize }).success).toBe(false);
  });

  it('refuses another version, unknown fields and addresses that are none', () => {
    expect(planSchema.safeParse({ ...plan, schema: 'fenceline.plan/v2' }).success).toBe(false);
    expect(planSchema.safeParse({ ...plan, extra: 1 }).success).toBe(false);
    const links = plan.links.map((link) => ({ ...link, hostAddress: 'host1' }));
    expect(planSchema.safeParse({ ...plan, links }).success).toBe(false);
  });

  it('has an export for each node, or for each port that has one of its own', () => {
    const [a, b] = plan.nodes;
    const port = (id: number, link: string) => ({
      ...b!.ports[0]!,
      id,
      link,
      exportName: `B.${id}`,
    });
    const nodes = [a!, { ...b!, ports: [port(1, 'B1'), port(2, 'B2')] }];
    expect(exportsOf({ nodes })).toEqual([
      { name: 'A', node: 'A', port: null, link: null },
      { name: 'B.1', node: 'B', port: 1, link: 'B1' },
      { name: 'B.2', node: 'B', port: 2, link: 'B2' },
    ]);
  });
});
