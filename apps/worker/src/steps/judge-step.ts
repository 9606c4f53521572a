import { join } from 'node:path';
import { layout } from '@fenceline/evidence';
import { judgeEvidence } from '@fenceline/judge';
import { localFile, type LocalFile } from '../upload/local-file.js';
import type { StepAnswers, StepRequest } from './messages.js';

/** Judges a recording and measures the documents for their upload. */
export async function judgeStep({
  evidence,
  name,
  durationMs,
  failure,
}: Extract<StepRequest, { step: 'judge' }>): Promise<StepAnswers['judge']> {
  const judged = await judgeEvidence(evidence, {
    evidence: name,
    durationMs,
    ...(failure === null ? {} : { failure }),
  });
  const files: LocalFile[] = [
    await localFile(join(evidence, layout.verdict), 'verdict', layout.verdict),
    await localFile(join(evidence, layout.report), 'report', layout.report),
  ];
  return { verdict: judged.verdict, expected: judged.expectation !== undefined, files };
}
