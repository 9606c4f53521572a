import { openEvidence } from '@fenceline/evidence';
import { judgeRecording } from '@fenceline/judge';
import type { StepAnswers, StepRequest } from './messages.js';

/** Judges kept evidence again. @throws EvidenceError where the file holds none */
export async function rejudgeStep({
  packed,
  name,
  out,
}: Extract<StepRequest, { step: 'rejudge' }>): Promise<StepAnswers['rejudge']> {
  const evidence = await openEvidence(packed, out);
  try {
    const { verdict } = await judgeRecording(evidence.dir, { evidence: name });
    return { verdict };
  } finally {
    await evidence.close();
  }
}
