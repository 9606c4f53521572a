import { parseScenario, type Plan } from '@fenceline/contracts';
import { EvidenceWriter } from '@fenceline/evidence';
import { makePlan, prepareLab } from '@fenceline/lab';
import { LabClock } from '@fenceline/lab/lab-clock';
import { passingTime } from '@fenceline/lab/lab-time';
import { QemuLab } from '@fenceline/lab/qemu-lab';
import type { KernelImage } from '@fenceline/vm';

/** A lab that a test drives by hand: booted and configured, nothing connected. */
export interface OpenLab {
  plan: Plan;
  /** The kernel of each VM, by its name. */
  kernels: Readonly<Record<string, KernelImage>>;
  lab: QemuLab;
}

/** Opens the lab of a scenario with its evidence in a folder, and ends it after `use`. */
export async function withLab(
  scenarioText: string,
  evidenceDir: string,
  use: (open: OpenLab) => Promise<void>,
): Promise<void> {
  const parsed = parseScenario(scenarioText, 'test');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const plan = makePlan(parsed.scenario, 1);
  const artifacts = await prepareLab(plan, 'test', () => undefined);
  const clock = new LabClock();
  const broken = new AbortController();
  const fail = (error: Error) => broken.abort(error);
  const { machine } = artifacts;
  const manifest = {
    ...{ driver: 'qemu' as const, scenario: plan.scenario.name, seed: plan.seed, machine },
    startedAt: new Date(clock.startedAtMs).toISOString(),
    ...{ fencelineVersion: 'test', kernels: {}, images: {}, guestPackages: {} },
  };
  const scenario = scenarioText;
  const evidence = await EvidenceWriter.create(evidenceDir, {
    ...{ manifest, scenario, plan, onError: fail },
  });
  const lab = await QemuLab.create(
    { plan, artifacts, scenarioText, evidenceDir, keepRunFolder: false },
    {
      ...{ clock, evidence, fail, signal: broken.signal },
      time: passingTime(clock, clock.startedAtMs),
      record: (event) => evidence.event(event),
      status: () => undefined,
      glimpse: () => undefined,
    },
  );
  try {
    await lab.boot();
    await lab.configure();
    await use({ plan, kernels: artifacts.kernels, lab });
    broken.signal.throwIfAborted();
  } finally {
    await lab.close();
    await evidence.abandon('a test drove it by hand');
  }
}
