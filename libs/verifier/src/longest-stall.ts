import { never, type History } from '@fenceline/history';
import type { Blocks } from './blocks.js';
import { toMs } from './sentences.js';

/**
 * The longest stall that the application saw, in ms: as its workloads measured it, or else, where none did,
 * the longest time from a logical write's first command to its success (to the end of the recording without
 * one). Null when no I/O was done.
 */
export function longestStallMs(history: History, blocks: Blocks): number | null {
  let worst = -never;
  for (const event of history.events) {
    if (event.kind === 'workload-end' && event.worstLatencyNs !== null) {
      worst = Math.max(worst, event.worstLatencyNs);
    }
  }
  if (worst === -never) {
    for (const write of blocks.allWrites()) {
      worst = Math.max(worst, Math.min(write.succeededAt, history.end) - write.firstSentAt);
    }
  }
  return worst === -never ? null : toMs(worst);
}
