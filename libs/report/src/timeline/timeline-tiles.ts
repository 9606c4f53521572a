import type { History } from '@fenceline/history';
import type { ReportInput } from '../input.js';
import { pictureFacts } from '../picture/picture-facts.js';
import { lanesOf } from '../picture/lanes.js';
import { signalsOf } from '../picture/signals.js';
import { us, usOfMs } from '../picture/us.js';
import { citedBy, staleWrites } from '../story.js';
import { marksOf } from '../picture/marks.js';
import { encodeTimeline, type PlainFinding } from './encode-timeline.js';
import { mostStories } from './format.js';
import { historyItems } from './history-items.js';
import { placesOf } from './places.js';

/** The timeline of a judged recording, piece by piece; see docs/timeline.md. */
export function timelineTiles({
  verdict,
  history,
  plan,
}: Pick<ReportInput, 'verdict' | 'plan'> & { history: History }): Generator<Uint8Array> {
  const { lanes, laneOf, lanesOfPath } = lanesOf(history, plan);
  const cited = citedBy(verdict.findings, history);
  const stale = staleWrites(verdict, history, cited);
  const marks = marksOf(cited, stale);
  const places = placesOf(verdict, history, cited, stale);
  const findings = verdict.findings.map(({ rule, sentence, witness }, finding): PlainFinding => {
    const steps = witness.steps.map(({ ms, what }) => ({ t: usOfMs(ms), what }));
    const moments = steps.map(({ t }) => t);
    return {
      finding,
      rule,
      lba: witness.lba ?? null,
      start: moments.length > 0 ? Math.min(...moments) : 0,
      end: moments.length > 0 ? Math.max(...moments) : 0,
      sentence: finding < mostStories ? sentence : '',
      steps: finding < mostStories ? steps : [],
      places: places[finding] ?? [],
    };
  });
  const facts = {
    ...pictureFacts(verdict, history, plan, laneOf, lanesOfPath),
    lanes,
    signals: signalsOf(history, laneOf),
    findings,
  };
  const lines = history.consoles.map(({ t, vm, text }) => ({ t: us(t), vm, text }));
  return encodeTimeline(historyItems(history, laneOf, marks), facts, lines);
}
