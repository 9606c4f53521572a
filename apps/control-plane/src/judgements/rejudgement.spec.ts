import type { Judgement } from '@fenceline/contracts/api';
import { describe, expect, it } from 'vitest';
import { rejudgementOf } from './rejudgement.js';

const judgement = (fields: Partial<Judgement>): Judgement => ({
  id: 'a',
  projectId: 'p',
  owner: 'alice',
  jobId: 'j',
  attemptId: 't',
  evidenceSha256: 'e',
  verifierVersion: '1.0.0',
  profile: 'cqt-zero-10s',
  verdict: 'violation',
  asExpected: true,
  rules: ['final-image', 'no-stale-overwrite'],
  createdAt: '2026-01-01T00:00:00.000Z',
  ...fields,
});

describe('rejudgementOf', () => {
  const first = judgement({});
  const again = (fields: Partial<Judgement>) => judgement({ verifierVersion: '1.1.0', ...fields });
  const statusOf = (...judgements: Judgement[]) => rejudgementOf(judgements, '1.1.0').status;

  it('is pending until that version has judged', () => {
    expect(statusOf(first)).toBe('pending');
    expect(statusOf(first, again({ verifierVersion: '2.0.0' }))).toBe('pending');
  });

  it('is the same with the same verdict and rules, in any order', () => {
    expect(statusOf(first, again({ rules: ['no-stale-overwrite', 'final-image'] }))).toBe('same');
    expect(rejudgementOf([first], '1.0.0')).toEqual({ first, again: first, status: 'same' });
  });

  it('has changed with another verdict, or with other rules', () => {
    expect(statusOf(first, again({ verdict: 'pass', rules: [] }))).toBe('changed');
    expect(statusOf(first, again({ rules: ['final-image'] }))).toBe('changed');
  });

  it('takes the newest judgement of that version', () => {
    const wrong = again({ verdict: 'pass', rules: [] });
    const mended = again({ id: 'b' });
    expect(rejudgementOf([first, wrong, mended], '1.1.0')).toEqual({
      first,
      again: mended,
      status: 'same',
    });
  });
});
