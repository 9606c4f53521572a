import { describe, expect, it } from 'vitest';
import type { MarginPoint } from '../app/api-types.js';
import { scaleOf, trendOf } from './trend.js';

function point(runId: string, firstRetryMs: number | null, lastApplyMs: number | null) {
  return { runId, at: runId, firstRetryMs, lastApplyMs } as MarginPoint;
}

describe('the trend of margins', () => {
  it('has the worst of each run, in the order of the runs', () => {
    const trend = trendOf([point('a', 5, null), point('a', -2, 7), point('b', null, 3)]);
    expect(trend).toEqual([
      { runId: 'a', at: 'a', firstRetryMs: -2, lastApplyMs: 7 },
      { runId: 'b', at: 'b', firstRetryMs: null, lastApplyMs: 3 },
    ]);
  });

  it('is drawn within its frame, with zero in it', () => {
    const trend = trendOf([point('a', 10, 20), point('b', 30, null)]);
    const { x, y } = scaleOf(trend, { width: 100, height: 50, pad: 5 });
    expect([x(0), x(1)]).toEqual([5, 95]);
    expect([y(30), y(0)]).toEqual([5, 45]);
    const alone = scaleOf(trendOf([point('a', 0, null)]), { width: 100, height: 50, pad: 5 });
    expect([alone.x(0), alone.y(0)]).toEqual([50, 5]);
  });
});
