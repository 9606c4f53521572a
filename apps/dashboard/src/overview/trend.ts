import type { MarginPoint } from '../app/api-types.js';

/** The smallest margins of one run. */
export interface TrendPoint {
  runId: string;
  at: string;
  /** ms; null where nothing was measured. */
  firstRetryMs: number | null;
  lastApplyMs: number | null;
}

/** One point for each run, in the order of their first job: what is worst of its seeds. */
export function trendOf(points: readonly MarginPoint[]): TrendPoint[] {
  const runs = new Map<string, TrendPoint>();
  for (const { runId, at, firstRetryMs, lastApplyMs } of points) {
    const old = runs.get(runId);
    runs.set(runId, {
      runId,
      at: old?.at ?? at,
      firstRetryMs: smaller(old?.firstRetryMs ?? null, firstRetryMs),
      lastApplyMs: smaller(old?.lastApplyMs ?? null, lastApplyMs),
    });
  }
  return [...runs.values()];
}

function smaller(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

export interface Scale {
  x: (index: number) => number;
  y: (ms: number) => number;
}

/** Places for points in a drawing; zero is always in it. */
export function scaleOf(
  points: readonly TrendPoint[],
  { width, height, pad }: { width: number; height: number; pad: number },
): Scale {
  const values = points.flatMap((point) =>
    [point.firstRetryMs, point.lastApplyMs].filter((ms) => ms !== null),
  );
  const high = Math.max(0, ...values);
  const low = Math.min(0, ...values);
  const span = high - low || 1;
  const steps = Math.max(points.length - 1, 1);
  return {
    // A single point stands in the middle.
    x: (index) => (points.length === 1 ? width / 2 : pad + (index / steps) * (width - 2 * pad)),
    y: (ms) => pad + ((high - ms) / span) * (height - 2 * pad),
  };
}
