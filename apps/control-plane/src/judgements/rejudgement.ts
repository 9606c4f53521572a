import type { Judgement, Rejudgement } from '@fenceline/contracts/api';

/**
 * What a version of the verifier made of a job.
 *
 * @param judgements those of the job, the first one first; at least one
 */
export function rejudgementOf(
  judgements: readonly Judgement[],
  version: string,
): Pick<Rejudgement, 'first' | 'again' | 'status'> {
  const first = judgements[0]!;
  const again = judgements.findLast(({ verifierVersion }) => verifierVersion === version) ?? null;
  if (again === null) return { first, again, status: 'pending' };
  const same = again.verdict === first.verdict && rulesOf(again) === rulesOf(first);
  return { first, again, status: same ? 'same' : 'changed' };
}

function rulesOf({ rules }: Judgement): string {
  return rules.toSorted().join(' ');
}
