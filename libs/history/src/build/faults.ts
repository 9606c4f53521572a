import type { LabEvent } from '@fenceline/contracts';
import type { FaultSpan } from '../model.js';

/** Faults with their spans; one that never ended lasts to the end of the recording. */
export function faultsOf(events: readonly LabEvent[], end: number): FaultSpan[] {
  const spans = new Map<string, FaultSpan>();
  for (const event of events) {
    if (event.kind === 'fault-start') {
      const { id, describe, fault, target, t } = event;
      spans.set(id, {
        id,
        describe,
        fault,
        link: target.on === 'link' ? target.link : null,
        nodes: target.on === 'backend' ? target.nodes : [],
        start: t,
        end,
      });
    } else if (event.kind === 'fault-end') {
      const span = spans.get(event.id);
      if (span !== undefined) span.end = event.t;
    }
  }
  return [...spans.values()];
}
