import { setTimeout as pause } from 'node:timers/promises';
import { ServiceProblem, ServiceUnreachable } from '@fenceline/client';

/** How long a service may be away before those who wait for a run give up. */
const patienceMs = 5 * 60_000;
const betweenTriesMs = 2000;

/**
 * Asks a service that may be away for a while: a run goes on meanwhile, and so do those who wait for it.
 *
 * @param tell is told once that it is away
 * @param limits ms
 * @throws what the last try threw, when it is away for too long; what the service refused, at once
 */
export async function withPatience<T>(
  ask: () => Promise<T>,
  tell: (why: string) => void,
  limits = { patienceMs, betweenTriesMs },
): Promise<T> {
  const since = performance.now();
  let told = false;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error) || performance.now() - since > limits.patienceMs) throw error;
      if (!told) tell(error.message);
      told = true;
      await pause(limits.betweenTriesMs);
    }
  }
}

function isPassing(error: unknown): error is Error {
  return (
    error instanceof ServiceUnreachable ||
    (error instanceof ServiceProblem &&
      (error.status >= 500 || error.status === 429) &&
      // Somebody has to make room first.
      error.type !== 'no-space')
  );
}
