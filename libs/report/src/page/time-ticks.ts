/** A mark on the time axis. */
export interface Tick {
  t: number;
  label: string;
}

/**
 * Round moments between two times (µs), at most about one for every `spacing` pixels of `width`, labelled
 * in seconds with as many decimals as they need. Runs in the browser.
 */
export function timeTicks(from: number, to: number, width: number, spacing: number): Tick[] {
  const wanted = (to - from) / Math.max(1, width / spacing);
  const power = Math.pow(10, Math.floor(Math.log10(Math.max(1, wanted))));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= wanted) ?? 10 * power;
  const decimals = Math.max(0, Math.min(6, 6 - Math.floor(Math.log10(step) + 1e-9)));
  const ticks: Tick[] = [];
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
    ticks.push({ t, label: `${(t / 1e6).toFixed(decimals)} s` });
  }
  return ticks;
}
