import { VirtualTime, type Plan } from '@fenceline/contracts';
import { MemoryEvidence, type ManifestContent } from '@fenceline/evidence';
import { virtualTime } from '../lab-time.js';
import type { FromLab, LabEnded } from '../messages.js';
import { runLab } from '../run-lab.js';
import { behaviourOfHost, behaviourOfNode } from './behaviour.js';
import { SimulatedLab } from './simulated-lab.js';

export interface SimulationRequest {
  plan: Plan;
  /** The scenario's own text, kept in the evidence. */
  scenarioText: string;
  /** Version of Fenceline, for the manifest. */
  fencelineVersion: string;
}

export interface Simulation {
  end: LabEnded;
  /** What was recorded, sealed where the lab came to its end; null where it did not even begin. */
  evidence: MemoryEvidence | null;
}

/**
 * Runs one lab on virtual time, in this process and at once. The same plan and version give the same recording, byte
 * for byte, on every machine. See `cannotSimulate` for plans that end in an error.
 */
export async function runSimulatedLab(
  { plan, scenarioText, fencelineVersion }: SimulationRequest,
  tell: (message: FromLab) => void = () => undefined,
): Promise<Simulation> {
  let evidence: MemoryEvidence | null = null;
  const setup = {
    plan,
    time: virtualTime(new VirtualTime()),
    createEvidence: () => {
      const manifest = manifestOf(plan, fencelineVersion);
      evidence = new MemoryEvidence({ manifest, scenario: scenarioText, plan });
      return Promise.resolve(evidence);
    },
    openDriver: (context: Parameters<typeof SimulatedLab.create>[1]) =>
      SimulatedLab.create(plan, context),
  };
  const end = await runLab(setup, tell, new AbortController().signal);
  return { end, evidence };
}

/** What a simulated lab names as the version of a kernel. */
const noKernel = 'simulated';

function manifestOf(plan: Plan, fencelineVersion: string): ManifestContent {
  const { hosts, nodes } = plan.scenario;
  const kernel = (name: string, capabilities: string[]) => ({
    name,
    version: noKernel,
    sha256: null,
    capabilities,
    detectors: [],
  });
  return {
    driver: 'simulated',
    scenario: plan.scenario.name,
    seed: plan.seed,
    startedAt: new Date(0).toISOString(),
    fencelineVersion,
    machine: null,
    kernels: Object.fromEntries([
      ...nodes.map((node) => [node.name, kernel(node.kernel, behaviourOfNode(node).capabilities)]),
      ...hosts.map((host) => [host.name, kernel(host.kernel, behaviourOfHost(host).capabilities)]),
    ]) as ManifestContent['kernels'],
    images: {},
    guestPackages: {},
  };
}
