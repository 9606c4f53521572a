import { EvidenceWriter, type ManifestContent } from '@fenceline/evidence';
import { LabClock } from '../lab-clock.js';
import { LabError } from '../lab-error.js';
import { passingTime } from '../lab-time.js';
import type { FromLab, LabEnded, LabRequest } from '../messages.js';
import { runLab } from '../run-lab.js';
import { QemuLab, type QemuContext } from './qemu-lab.js';

/**
 * Runs one lab of virtual machines from an empty folder to a sealed recording.
 *
 * Whatever happens, every VM, socket and working folder is gone when it returns; see `runLab`.
 *
 * @param stop aborts the lab; what was recorded is kept
 */
export function runQemuLab(
  request: LabRequest,
  tell: (message: FromLab) => void,
  stop: AbortSignal,
): Promise<LabEnded> {
  const { plan, scenarioText, evidenceDir } = request;
  const clock = new LabClock();
  const setup = {
    plan,
    time: passingTime(clock, clock.startedAtMs),
    createEvidence: (failed: (error: Error) => void) =>
      EvidenceWriter.create(evidenceDir, {
        manifest: manifestOf(request, clock),
        scenario: scenarioText,
        plan,
        onError: (error) => failed(new LabError(error.message)),
      }),
    openDriver: (context: Omit<QemuContext, 'clock'>) =>
      QemuLab.create(request, { ...context, clock }),
  };
  return runLab(setup, tell, stop);
}

function manifestOf({ plan, artifacts }: LabRequest, clock: LabClock): ManifestContent {
  return {
    driver: 'qemu',
    scenario: plan.scenario.name,
    seed: plan.seed,
    startedAt: new Date(clock.startedAtMs).toISOString(),
    fencelineVersion: artifacts.fencelineVersion,
    machine: artifacts.machine,
    kernels: Object.fromEntries(
      Object.entries(artifacts.kernels).map(([vm, { name, release, sha256, capabilities }]) => [
        vm,
        { name, version: release, sha256, capabilities, detectors: artifacts.detectors[vm] ?? [] },
      ]),
    ),
    images: Object.fromEntries(
      Object.entries(artifacts.images).map(([vm, image]) => [vm, image.sha256]),
    ),
    guestPackages: Object.fromEntries(
      Object.values(artifacts.images).flatMap(({ packages }) =>
        packages.map(({ name, version }) => [name, version]),
      ),
    ),
  };
}
