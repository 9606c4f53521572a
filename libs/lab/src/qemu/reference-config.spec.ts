import { parseScenario } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { makePlan } from '../plan.js';
import { hostConfig } from './reference-host.js';
import { nodeConfig } from './reference-node.js';
import { disksOf, nicsOf } from './vm-devices.js';

const parsed = parseScenario(
  `fenceline: 1
name: pair
array:
  nodes:
    A: { kind: reference, cntlid: [1, 99], ports: 2, cqt: 20s }
    B: { kind: reference, cntlid: [100, 199], digests: true }
    C: { cntlid: [200, 299] }
hosts:
  host1: { kind: reference, fence: time-based, queues: 2 }
links:
  A1: { host: host1, node: A }
  A2: { host: host1, node: A, port: 2 }
  B: { host: host1, node: B }
  AB: { nodes: [A, B] }
workload:
  - name: writers
    fio: { size: 32k }
`,
  'pair.yaml',
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const plan = makePlan(parsed.scenario, 1);
const [a, b, c] = plan.nodes;
const socket = (name: string, end?: string) => `/run/${name}${end === undefined ? '' : `.${end}`}`;

describe('the configuration of the programs in guests', () => {
  it('gives each port a disk, and each node its peers, of whom one makes the connection', () => {
    expect(nodeConfig(plan, a!)).toMatchObject({
      ports: [
        { id: 1, address: '10.0.1.2', trsvcid: 4420, disk: 'medium1' },
        { id: 2, address: '10.0.2.2', trsvcid: 4420, disk: 'medium2' },
      ],
      otherPorts: [{ id: 1, address: '10.0.3.2' }],
      settings: { cqtMs: 20_000, ccrl: 4, digests: { header: false, data: false } },
      peers: [
        {
          ...{ name: 'B', cntlidMin: 100, cntlidMax: 199, dials: false },
          ...{ localAddress: '10.0.4.1', address: '10.0.4.2' },
        },
      ],
    });
    expect(nodeConfig(plan, b!)).toMatchObject({
      settings: { digests: { header: true, data: true } },
      peers: [{ name: 'A', dials: true, localAddress: '10.0.4.2', address: '10.0.4.1' }],
    });
    expect(() => nodeConfig(plan, c!)).toThrow('no reference node');
  });

  it('gives a host its paths by their links', () => {
    const config = hostConfig(plan, plan.hosts[0]!);
    expect(config.paths).toEqual([
      { name: 'A1', address: '10.0.1.2', trsvcid: 4420, localAddress: '10.0.1.1' },
      { name: 'A2', address: '10.0.2.2', trsvcid: 4420, localAddress: '10.0.2.1' },
      { name: 'B', address: '10.0.3.2', trsvcid: 4420, localAddress: '10.0.3.1' },
    ]);
    expect(config.settings).toMatchObject({
      ...{ keepAliveMs: 5_000, queues: 2, nsid: 1 },
      fence: { policy: 'time-based', cqtZeroMs: 10_000 },
    });
  });

  it('plugs in a card for each end of a link and a disk for each export', () => {
    const cards = (vm: string) => nicsOf(plan, vm, socket).map((nic) => nic.socket);
    expect(cards('host1')).toEqual(['/run/A1.host', '/run/A2.host', '/run/B.host']);
    expect(cards('A')).toEqual(['/run/A1.node', '/run/A2.node', '/run/AB.host']);
    expect(cards('B')).toEqual(['/run/B.node', '/run/AB.node']);
    expect(disksOf(plan, a, socket)).toMatchObject([
      { id: 'medium1', serial: 'medium1', export: 'A.1', socket: '/run/A.1' },
      { id: 'medium2', serial: 'medium2', export: 'A.2', socket: '/run/A.2' },
    ]);
    expect(disksOf(plan, undefined, socket)).toEqual([]);
  });
});
