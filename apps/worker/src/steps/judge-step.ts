import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { layout } from '@fenceline/evidence';
import { judgeEvidence } from '@fenceline/judge';
import { timelineTiles } from '@fenceline/report';
import { localFile, type LocalFile } from '../upload/local-file.js';
import type { StepAnswers, StepRequest } from './messages.js';

/** docs/timeline.md */
const timelineName = 'timeline.fltl';

/** Judges a recording and measures the documents for their upload. */
export async function judgeStep({
  evidence,
  name,
  out,
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
  const { history, verdict } = judged;
  if (history !== null) {
    const path = join(out, timelineName);
    const tiles = timelineTiles({ ...judged.input, history });
    try {
      await pipeline(Readable.from(tiles), createWriteStream(path));
      files.push(await localFile(path, 'timeline', timelineName));
    } catch (error) {
      // It is a picture: the verdict stands without it, and must not be taken back for it.
      process.stderr.write(`There is no timeline: ${String(error)}\n`);
    }
  }
  return { verdict, expected: judged.expectation !== undefined, files };
}
