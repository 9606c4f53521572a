import type { Plan } from '@fenceline/contracts';

/** Why a plan cannot be simulated, in words; null where it can. */
export function cannotSimulate({ scenario }: Pick<Plan, 'scenario'>): string | null {
  for (const { name, blockLayer, target } of scenario.nodes) {
    if (blockLayer === 'defaults')
      return `node ${name} leaves its block layer to the kernel, and no kernel runs`;
    if (target.kind === 'linux' && target.ccrFault === 'next-refused')
      return `node ${name}: there is no ccrFault next-refused without a kernel`;
  }
  return null;
}
