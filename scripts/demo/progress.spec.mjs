import { describe, expect, it } from 'vitest';
import { progressLines } from './progress.mjs';

describe('progressLines', () => {
  it('says what the job does', () => {
    const event = (type, data = {}) => progressLines({ event: 'message', data: { type, data } });
    expect(event('attempt.running')).toEqual(['the lab runs']);
    expect(event('attempt.ended', { how: 'lost' })).toEqual(['the attempt has ended (lost)']);
    expect(event('artifact.published')).toEqual([]);
  });

  it('shows steps and faults of the lab, and leaves out its consoles and bars', () => {
    const parts = [
      { kind: 'step', step: 'boot VMs', detail: '', ms: null },
      { kind: 'console', vm: 'A', line: 'login:', ms: 1 },
      { kind: 'fault', what: 'hold all writes', ms: 1500 },
      { kind: 'bar', path: 'A', fromMs: 0, toMs: 1, writes: 1, reads: 0, held: 0 },
    ];
    expect(progressLines({ event: 'live', data: { parts } })).toEqual([
      '  boot VMs',
      '  1.5 s  hold all writes',
    ]);
  });
});
