import { NS_PER_MS, type LabEvent } from '@fenceline/contracts';

/** How long each phase of a lab took, in ms, as its timeline says. */
export function phaseDurations(events: readonly LabEvent[]): Record<string, number> {
  const durations: Record<string, number> = {};
  let open: { phase: string; t: number } | null = null;
  const close = (t: number) => {
    if (!open) return;
    const ms = Math.round((t - open.t) / NS_PER_MS);
    durations[open.phase] = (durations[open.phase] ?? 0) + ms;
    open = null;
  };
  for (const event of events) {
    if (event.kind === 'phase') {
      close(event.t);
      open = { phase: event.phase, t: event.t };
    } else if (event.kind === 'end') {
      close(event.t);
    }
  }
  return durations;
}
