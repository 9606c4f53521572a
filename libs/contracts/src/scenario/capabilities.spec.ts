import { describe, expect, it } from 'vitest';
import { initiatorCapabilities, targetCapabilities } from './capabilities.js';
import type { FencePolicy } from './kinds.js';
import { referenceScenario, scenarioOf } from './scenario.testing.js';

describe('the capabilities of the reference kinds', () => {
  const { nodes, hosts } = scenarioOf(referenceScenario);
  const target = nodes[0]!.target;
  const initiator = hosts[0]!.initiator;
  if (target.kind !== 'reference' || initiator.kind !== 'reference')
    throw new Error('not reference');

  it.each<[FencePolicy, string[]]>([
    ['ccr', ['ccr', 'cqt']],
    ['time-based', ['cqt']],
    ['immediate', []],
  ])('of a host with the fence %s', (fence, capabilities) => {
    expect(initiatorCapabilities({ ...initiator, fence })).toEqual(capabilities);
  });

  it.each([
    [4, 20_000, ['ccr', 'cqt']],
    [4, 0, ['ccr']],
    [0, 1, ['cqt']],
    [0, 0, []],
  ])('of a node with CCRL %d and a CQT of %d ms', (ccrl, cqtMs, capabilities) => {
    expect(targetCapabilities({ ...target, ccrl }, cqtMs)).toEqual(capabilities);
  });
});
