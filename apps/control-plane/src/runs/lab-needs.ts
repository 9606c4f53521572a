import type { LabDriverName, Scenario } from '@fenceline/contracts';
import type { NewRun } from '@fenceline/contracts/api';

/** What a worker must offer to take a job; kept as `jobs.needs`. */
export interface LabNeeds {
  memoryMib: number;
  cores: number;
  /** `any`: one that boots guests; `none`: the lab is simulated. */
  accelerator: 'none' | 'any' | 'kvm' | 'tcg';
  /** The worker has all of them. */
  labels: string[];
}

const MIB = 1024 * 1024;
/** Of the process that is the lab, and of the one that judges after it. */
const LAB_MEMORY_MIB = 256;
/** Of QEMU itself, beside its guest's memory. */
const QEMU_MEMORY_MIB = 64;
/** Guests idle most of the time, so they share cores. */
const VMS_A_CORE = 4;

/**
 * What a lab takes of a worker: the memory of its VMs and of the processes around them, a core for the lab's own
 * process (its delays are the uncertainty of every time), and cores that the VMs share.
 */
export function labNeeds(
  { hosts, nodes }: Pick<Scenario, 'hosts' | 'nodes'>,
  driver: LabDriverName,
  wants: NewRun['wants'],
): LabNeeds {
  if (driver === 'simulated') {
    return { memoryMib: LAB_MEMORY_MIB, cores: 1, accelerator: 'none', labels: wants.workerLabels };
  }
  const vms = [...hosts, ...nodes];
  return {
    memoryMib: vms.reduce(
      (sum, { memoryBytes }) => sum + Math.ceil(memoryBytes / MIB) + QEMU_MEMORY_MIB,
      LAB_MEMORY_MIB,
    ),
    cores: 1 + Math.ceil(vms.length / VMS_A_CORE),
    accelerator: wants.accelerator ?? 'any',
    labels: wants.workerLabels,
  };
}
