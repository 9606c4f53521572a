import type { Scenario } from '@fenceline/contracts';

/** The scenario with one kernel in every VM, hosts and array nodes alike. */
export function withKernel(scenario: Scenario, kernel: string): Scenario {
  return {
    ...scenario,
    hosts: scenario.hosts.map((host) => ({ ...host, kernel })),
    nodes: scenario.nodes.map((node) => ({ ...node, kernel })),
  };
}
