import { describe, expect, it } from 'vitest';
import { emptyForm, jobsOf, newRunOf } from './new-run.js';

describe('the form of a run', () => {
  it('makes a request', () => {
    const form = {
      ...emptyForm,
      kernels: 'debian:6.1, debian:6.12 debian:6.1',
      seedCount: '3',
      repeats: '2',
    };
    expect(newRunOf({ ...form, name: ' night ', labels: 'a,b' }, 'text')).toMatchObject({
      name: 'night',
      scenarios: [{ text: 'text' }],
      kernels: ['debian:6.1', 'debian:6.12'],
      seeds: { from: 1, count: 3 },
      labels: ['a', 'b'],
    });
    expect(jobsOf(form)).toBe(12);
  });

  it('leaves what is not said to the scenario', () => {
    expect(newRunOf(emptyForm, 'x')).toMatchObject({ kernels: [], driver: 'qemu' });
    expect(newRunOf(emptyForm, 'x').name).toBeUndefined();
    expect(jobsOf(emptyForm)).toBe(1);
  });
});
