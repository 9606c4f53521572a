import type { RunDetail } from './documents.js';
import { matrixWords } from './run-words.js';
import { counted } from './text.js';

/** A run that was just submitted, and what one does with it. */
export function formatSubmitted(run: RunDetail): string {
  return [
    `run ${run.id}: ${counted(run.jobCount, 'job')}, ${matrixWords(run)}`,
    `  to watch:   fenceline follow ${run.id}`,
    `  to cancel:  fenceline cancel ${run.id}`,
    '',
  ].join('\n');
}
