import { ccrFaultSchema, type Scenario } from '@fenceline/contracts';

/**
 * What a VM's kernel is told on its command line for its NVMe modules, as `MODULE.PARAMETER=VALUE`. A kernel
 * without such a parameter says so on its console and goes on: it is what a stock kernel does with a scenario
 * that is written for a fencing one.
 */
export function moduleParameters(
  { hosts, nodes }: Pick<Scenario, 'hosts' | 'nodes'>,
  vm: string,
): string[] {
  const parameters: string[] = [];
  const target = nodes.find(({ name }) => name === vm)?.target;
  if (target?.kind === 'linux' && target.ccrFault !== 'none') {
    parameters.push(`nvmet.ccr_fault=${ccrFaultSchema.options.indexOf(target.ccrFault)}`);
  }
  const initiator = hosts.find(({ name }) => name === vm)?.initiator;
  if (initiator?.kind === 'linux') {
    const { cqtDefaultMs, ccrTimeoutMs } = initiator;
    if (cqtDefaultMs !== null) parameters.push(`nvme_core.cqt_default_ms=${cqtDefaultMs}`);
    if (ccrTimeoutMs !== null) parameters.push(`nvme_core.ccr_timeout_ms=${ccrTimeoutMs}`);
  }
  return parameters;
}
