import { ServiceProblem, ServiceUnreachable } from '@fenceline/client';
import { problemTypes, type ProblemType } from '@fenceline/contracts/api';
import { describe, expect, it } from 'vitest';
import { explainService } from './explain-service.js';

const problem = (type: ProblemType, more = {}) =>
  new ServiceProblem({
    type: `/problems/${type}`,
    ...problemTypes[type],
    detail: 'So it is.',
    ...more,
  });

describe('explainService', () => {
  it('has an exit code for each type of problem', () => {
    const types = Object.keys(problemTypes) as ProblemType[];
    const byCode = (code: number) =>
      types.filter((type) => explainService(problem(type)).code === code).sort();
    expect(byCode(69)).toEqual(['unavailable']);
    expect(byCode(3)).toEqual(
      [
        ...['conflict', 'gone', 'internal', 'no-space', 'request-running', 'shown-once'],
        ...['superseded', 'too-many-requests'],
      ].sort(),
    );
    expect(byCode(64)).toHaveLength(types.length - 1 - byCode(3).length);
    expect(explainService(new ServiceUnreachable('away')).code).toBe(69);
  });

  it('tells each field that is wrong, what mends it, and the request that the service failed at', () => {
    const errors = [
      { field: 'body.seeds', message: 'is none' },
      { field: 'body.text', message: 'is no step', line: 3, column: 5 },
    ];
    const mend = 'Give a seed.';
    expect(explainService(problem('invalid-request', { errors, mend, requestId: 'r' })).text).toBe(
      'So it is.\n  body.seeds: is none\n  body.text:3:5: is no step\n  Give a seed.',
    );
    expect(explainService(problem('internal', { requestId: 'r-1' })).text).toContain('request r-1');
  });

  it('lets nothing of the service move the cursor', () => {
    const { text } = explainService(problem('conflict', { detail: '\u001b[2Jgone' }));
    expect(text).toBe('\ufffd[2Jgone');
  });
});
