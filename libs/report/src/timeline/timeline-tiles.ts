import type { History } from '@fenceline/history';
import type { ReportInput } from '../input.js';
import { pictureFacts } from '../picture/picture-facts.js';
import { lanesOf } from '../picture/lanes.js';
import { signalsOf } from '../picture/signals.js';
import { us } from '../picture/us.js';
import { citedBy, staleWrites } from '../story.js';
import { marksOf } from '../picture/marks.js';
import { encodeTimeline } from './encode-timeline.js';
import type { IndexedFinding } from './format.js';
import { historyItems } from './history-items.js';

/** The timeline of a judged recording, piece by piece; see docs/timeline.md. */
export function timelineTiles({
  verdict,
  history,
  plan,
}: Pick<ReportInput, 'verdict' | 'plan'> & { history: History }): Generator<Uint8Array> {
  const { lanes, laneOf, lanesOfPath } = lanesOf(history, plan);
  const cited = citedBy(verdict.findings, history);
  const marks = marksOf(cited, staleWrites(verdict, history, cited));
  const findings = verdict.findings.map(({ rule, witness }, finding): IndexedFinding => {
    const moments = witness.steps.map(({ ms }) => us(ms * 1e6));
    return {
      finding,
      rule,
      lba: witness.lba ?? null,
      start: moments.length > 0 ? Math.min(...moments) : 0,
      end: moments.length > 0 ? Math.max(...moments) : 0,
      commands: cited[finding]!.commands.map(({ id }) => id),
      applies: cited[finding]!.applies.map(({ id }) => id),
    };
  });
  return encodeTimeline(historyItems(history, laneOf, marks), {
    ...pictureFacts(verdict, history, plan, laneOf, lanesOfPath),
    lanes,
    signals: signalsOf(history, laneOf),
    findings,
  });
}
