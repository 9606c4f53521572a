import type { Settings } from '../settings/settings.js';

/** Seconds between a worker's questions for assignments: often enough that none is unclaimed while Redis is away. */
export function pollSeconds({ FENCELINE_CLAIM_SECONDS }: Settings): number {
  return Math.min(2, FENCELINE_CLAIM_SECONDS / 4);
}

/** Seconds after which a worker that was not heard of gets no more work. */
export function absentSeconds(settings: Settings): number {
  return 5 * pollSeconds(settings);
}
