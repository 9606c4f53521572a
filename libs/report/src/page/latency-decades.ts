import type { Bar } from './decode-items.js';

/** The powers of ten, in µs, that the latencies of these commands lie between. Runs in the browser. */
export function latencyDecades(io: readonly Bar[]): { low: number; high: number } {
  let least = Infinity;
  let most = 1;
  for (const { shortest, longest } of io) {
    if (longest < 0) continue;
    least = Math.min(least, shortest);
    most = Math.max(most, longest);
  }
  const low = Math.floor(Math.log10(Math.max(1, Math.min(least, most))));
  return { low, high: Math.max(low + 2, Math.ceil(Math.log10(most))) };
}
