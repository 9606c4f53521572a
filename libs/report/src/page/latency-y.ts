import type { Panel } from './scene.js';

/**
 * Where a latency in µs stands on the logarithmic scale of its panel, in pixels from the top of the picture.
 * Without an answer (−1) it stands in the band above the scale. Runs in the browser.
 */
export function latencyY(
  latencyUs: number,
  panel: Panel,
  decades: { low: number; high: number },
): number {
  const band = 30;
  if (latencyUs < 0) return panel.top + band - 8;
  const share = (Math.log10(Math.max(1, latencyUs)) - decades.low) / (decades.high - decades.low);
  return panel.top + panel.height - 5 - share * (panel.height - band - 9);
}
