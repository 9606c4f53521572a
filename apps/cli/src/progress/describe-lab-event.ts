import type { LabEvent } from '@fenceline/contracts';

/** A line of the timeline as a fact for people; null for what would only be noise on the way. */
export function describeLabEvent(event: LabEvent): string | null {
  switch (event.kind) {
    case 'step':
      return event.fired
        ? `step ${event.index + 1}: ${event.describe} (${event.because})`
        : `step ${event.index + 1} did not fire: ${event.describe} (${event.because})`;
    case 'fault-end':
      return `fault ended: ${event.describe}`;
    case 'workload-end':
      return describeWorkloadEnd(event);
    case 'read-back':
      return event.ok
        ? `${event.host} read every written block back through ${event.path}`
        : `${event.host} could not read back through ${event.path}: ${event.message ?? 'no reason given'}`;
    case 'drained':
      return event.ok
        ? null
        : `not drained within its bound: ${event.pending} writes still pending`;
    case 'vm-lost':
      return `VM ${event.vm} was lost: ${event.message}`;
    case 'instrument-error':
      return `the ${event.instrument} failed: ${event.message}`;
    // The step that starts a fault says it already; phases are stages of the progress.
    case 'fault-start':
    case 'phase':
    case 'stall':
    case 'workload-start':
    case 'guest-clock':
    case 'vm-schedule':
    case 'end':
      return null;
  }
}

function describeWorkloadEnd(event: Extract<LabEvent, { kind: 'workload-end' }>): string | null {
  if (event.errors === 0 && (event.exitCode === 0 || event.stopped)) {
    return null;
  }
  const message = event.message === undefined ? '' : `: ${event.message}`;
  return `workload ${event.job} on ${event.host} ended with exit code ${event.exitCode ?? 'none'} and ${event.errors} I/O errors${message}`;
}
