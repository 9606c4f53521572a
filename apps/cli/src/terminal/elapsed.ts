/** A duration in ms for people: `850 ms`, `8.7 s`, `2 min 05 s`. */
export function formatElapsed(ms: number): string {
  if (ms < 999.5) {
    return `${Math.round(ms)} ms`;
  }
  if (ms < 99_950) {
    return `${(ms / 1000).toFixed(1)} s`;
  }
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
