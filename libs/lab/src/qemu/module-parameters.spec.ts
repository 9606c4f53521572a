import { parseScenario, type Scenario } from '@fenceline/contracts';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { moduleParameters } from './module-parameters.js';

const file = new URL('../../../../scenarios/stuck-write.yaml', import.meta.url);
const text = readFileSync(file, 'utf8');

/** stuck-write with further fields of node A and of the host. */
function scenario(node = '', host = ''): Scenario {
  const changed = text
    .replace('kernel: debian:6.1, cntlid: [1, 99]', `kernel: debian:6.1, cntlid: [1, 99]${node}`)
    .replace('ioPolicy: round-robin', `ioPolicy: round-robin\n${host}`);
  const result = parseScenario(changed, 'stuck-write.yaml');
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.scenario;
}

describe('the parameters of the NVMe modules', () => {
  it('are none where a scenario asks for nothing', () => {
    for (const vm of ['A', 'B', 'host1']) expect(moduleParameters(scenario(), vm)).toEqual([]);
  });

  it.each([
    ['unsupported', 1],
    ['refused', 2],
    ['fails', 3],
    ['hangs', 4],
    ['no-event', 5],
    ['next-refused', 6],
  ])('have the number that nvmet gives to the fault %s', (fault, number) => {
    const faulty = scenario(`, ccrFault: ${fault}`);
    expect(moduleParameters(faulty, 'A')).toEqual([`nvmet.ccr_fault=${number}`]);
    expect(moduleParameters(faulty, 'B')).toEqual([]);
    expect(moduleParameters(faulty, 'host1')).toEqual([]);
  });

  it('have the times of a host in ms', () => {
    const timed = scenario('', '    cqtDefault: 4s\n    ccrTimeout: 1500ms');
    expect(moduleParameters(timed, 'host1')).toEqual([
      'nvme_core.cqt_default_ms=4000',
      'nvme_core.ccr_timeout_ms=1500',
    ]);
    expect(moduleParameters(timed, 'A')).toEqual([]);
  });
});
