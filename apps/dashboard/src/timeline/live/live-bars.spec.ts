import type { LivePart } from '@fenceline/contracts/api';
import { describe, expect, it } from 'vitest';
import { LiveBars } from './live-bars.js';

const bar = (n: number, path = 'A'): LivePart => ({
  ...{ kind: 'bar', path, fromMs: n * 250, toMs: (n + 1) * 250, writes: 3, reads: 1, held: n },
});

describe('live bars', () => {
  it('take each part once, however often they are given', () => {
    const bars = new LiveBars();
    const parts = [bar(0), bar(1), bar(0, 'B')].map((part, seq) => ({ seq, part }));
    bars.add(parts);
    bars.add(parts);
    bars.add([...parts.slice(2), { seq: 3, part: { kind: 'fault', what: 'drop A', ms: 900 } }]);
    expect([...bars.paths].map(([path, list]) => [path, list.length])).toEqual([
      ['A', 2],
      ['B', 1],
    ]);
    expect([bars.faults, bars.endMs]).toEqual([[{ ms: 900, what: 'drop A' }], 900]);
  });

  it('stay bounded over hours, without losing a count', () => {
    const bars = new LiveBars();
    for (let n = 0; n < 100_000; n++) {
      bars.add([
        { seq: 2 * n, part: bar(n) },
        { seq: 2 * n + 1, part: { kind: 'console', vm: 'host1', line: `${n}`, ms: n } },
      ]);
    }
    const kept = bars.paths.get('A')!;
    expect(kept.length).toBeLessThanOrEqual(600);
    expect(kept.reduce((sum, { writes }) => sum + writes, 0)).toBe(300_000);
    expect(kept.at(-1)).toMatchObject({ toMs: 25_000_000, held: 99_999 });
    kept.slice(1).forEach(({ fromMs }, i) => expect(fromMs).toBe(kept[i]!.toMs));
    expect(bars.consoles.get('host1')).toHaveLength(600);
  });

  it('tell from when on they were heard of', () => {
    const startOf = (part: LivePart) => {
      const bars = new LiveBars();
      bars.add([part, bar(100)].map((one, seq) => ({ seq, part: one })));
      return bars.startMs;
    };
    expect(startOf(bar(40))).toBe(10_000);
    expect(startOf({ kind: 'step', step: 'boot', detail: '', ms: 50 })).toBe(0);
    expect(startOf({ kind: 'step', step: 'prepare', detail: '', ms: null })).toBe(0);
  });
});
