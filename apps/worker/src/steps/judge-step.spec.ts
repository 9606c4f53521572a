import path from 'node:path';
import { openEvidence } from '@fenceline/evidence';
import { expect, it } from 'vitest';
import { judgeStep } from './judge-step.js';

const golden = path.join(import.meta.dirname, '../../../../test/golden/stuck-write.tar.zst');

it('keeps its verdict where the timeline cannot be written', async () => {
  const evidence = await openEvidence(golden);
  try {
    const { verdict, files } = await judgeStep({
      step: 'judge',
      evidence: evidence.dir,
      name: 'stuck-write',
      out: path.join(evidence.dir, 'no', 'such', 'folder'),
      durationMs: {},
      failure: null,
    });
    expect(verdict.verdict).toBe('violation');
    expect(files.map(({ kind }) => kind)).toEqual(['verdict', 'report']);
  } finally {
    await evidence.close();
  }
});
