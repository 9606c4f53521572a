import { describe, expect, it } from 'vitest';
import type { RunCell, RunDetail } from '../app/api-types.js';
import { compareCells, counterpart, matrixOf, violationRate } from './matrix.js';

function cell(name: string, kernel: string | null, outcomes: Record<string, number> = {}): RunCell {
  const made: Partial<RunCell> = {
    scenario: { hash: `hash of ${name}`, name },
    kernel,
    jobs: 1,
    progress: { states: {}, outcomes, notAsExpected: 0, exitCode: 0 },
    rules: [],
  };
  return made as RunCell;
}

function specOf(scenarios: string[], kernels: string[]): RunDetail['spec'] {
  return {
    scenarios: scenarios.map((name) => ({ hash: `hash of ${name}`, name })),
    kernels,
  } as RunDetail['spec'];
}

describe('the matrix of a run', () => {
  it('has scenarios and kernels in the order of the submission', () => {
    const cells = [cell('a', '6.1'), cell('a', '6.12'), cell('b', '6.1')];
    const { kernels, rows } = matrixOf(cells, specOf(['b', 'a'], ['6.12', '6.1']));
    expect(kernels).toEqual(['6.12', '6.1']);
    expect(rows.map(({ name, cells: row }) => [name, row.map((one) => one?.kernel)])).toEqual([
      ['b', [undefined, '6.1']],
      ['a', ['6.12', '6.1']],
    ]);
  });

  it('leaves out what has no job, and has one column where the scenarios name the kernels', () => {
    expect(matrixOf([cell('a', null)], specOf(['a', 'b'], []))).toMatchObject({
      kernels: [null],
      rows: [{ name: 'a' }],
    });
  });
});

describe('cells of two runs', () => {
  it('have rates of what was judged for sure', () => {
    const rate = violationRate(
      cell('a', null, { violation: 1, pass: 3, error: 5, inconclusive: 2 }),
    );
    expect(rate).toMatchObject({ hits: 1, tries: 4 });
    expect(violationRate(cell('a', null, { error: 5 }))).toBeNull();
  });

  it('differ where chance does not explain it', () => {
    const always = cell('a', null, { violation: 20 });
    const never = cell('a', null, { pass: 20 });
    const once = cell('a', null, { violation: 1, pass: 19 });
    expect(compareCells(always, never)).toBe('differs');
    expect(compareCells(once, never)).toBe('within-chance');
    expect(compareCells(never, never)).toBe('same');
    expect(compareCells(never, undefined)).toBe('alone');
    expect(compareCells(never, cell('a', null, { error: 1 }))).toBe('within-chance');
  });

  it('belong together by name and kernel, also where the text has changed', () => {
    const theirs = { ...cell('a', '6.1'), scenario: { hash: 'other', name: 'a' } };
    expect(counterpart(cell('a', '6.1'), [cell('b', '6.1'), theirs])).toBe(theirs);
    expect(counterpart(cell('a', '6.12'), [theirs])).toBeUndefined();
  });
});
