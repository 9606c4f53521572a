import { setTimeout as delay } from 'node:timers/promises';
import { Unreachable } from './api-error.js';

const firstMs = 100;
const growth = 2;

/**
 * Asks the service again and again while it cannot be reached, ever more seldom and each time a little otherwise, so that
 * many workers do not come back in one moment.
 *
 * @param mostMs the longest pause
 * @throws what `ask` throws beside `Unreachable`, and the reason of `stop`
 */
export async function untilReached<Answer>(
  ask: () => Promise<Answer>,
  stop: AbortSignal,
  mostMs = 5_000,
): Promise<Answer> {
  for (let pause = firstMs; ; pause = Math.min(pause * growth, mostMs)) {
    stop.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      stop.throwIfAborted();
      if (!(error instanceof Unreachable)) throw error;
    }
    await delay(pause * (0.5 + Math.random() / 2), undefined, { signal: stop }).catch(() =>
      stop.throwIfAborted(),
    );
  }
}
