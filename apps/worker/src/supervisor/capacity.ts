import type { Capacity } from '@fenceline/contracts/api';
import type { Logger } from 'pino';
import type { Settings } from '../settings/settings.js';
import { runStep } from '../steps/run-step.js';
import { version } from '../version.js';

/** What this worker offers, its accelerator probed where that is wanted. */
export async function capacityOf(settings: Settings, log: Logger): Promise<Capacity> {
  return {
    slots: settings.FENCELINE_SLOTS,
    memoryMib: settings.FENCELINE_MEMORY_MIB,
    cores: settings.FENCELINE_CORES,
    accelerator: await acceleratorOf(settings.FENCELINE_ACCELERATOR, log),
    labels: settings.FENCELINE_LABELS,
    version,
  };
}

async function acceleratorOf(
  wanted: Settings['FENCELINE_ACCELERATOR'],
  log: Logger,
): Promise<Capacity['accelerator']> {
  if (wanted === 'none') return null;
  if (wanted !== 'probe') return wanted;
  try {
    const { accelerator, reason } = await runStep({ step: 'probe' }, () => undefined).answer;
    log.info({ accelerator }, reason);
    return accelerator;
  } catch (error) {
    log.warn({ err: error }, 'no virtual machine can run here: simulated labs alone');
    return null;
  }
}
