import { ServiceProblem } from '@fenceline/client';
import { describe, expect, it } from 'vitest';
import { problemsOf, problemsOfAnswer } from './problems.js';

describe('what is wrong in a text', () => {
  it('is said with its place and what mends it', () => {
    const problems = problemsOf('fenceline: 2\n');
    const wrong = problems.find(({ column }) => column === 12);
    expect(wrong).toMatchObject({ line: 1, severity: 'error' });
    expect(wrong!.message).toMatch(/^fenceline: .*\.$/);
  });

  it('is what the service says, where it says something', () => {
    const problem = { type: '/problems/invalid-scenario', title: '', status: 422, detail: 'wrong' };
    const errors = [{ field: 'hosts', message: 'is missing', line: 3, column: 7 }];
    expect(problemsOfAnswer(new ServiceProblem({ ...problem, errors }))).toEqual([
      { line: 3, column: 7, severity: 'error', message: 'hosts: is missing' },
    ]);
    expect(problemsOfAnswer(new ServiceProblem(problem))).toMatchObject([
      { line: 1, message: 'wrong' },
    ]);
  });
});
