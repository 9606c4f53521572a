import type { Plan, Verdict } from '@fenceline/contracts';
import type { Apply, Command, History } from '@fenceline/history';
import { citedBy, staleWrites, type StaleWrite } from '../story.js';
import { encodeItems } from './encode-items.js';
import { pictureItems, withinBudget, type PictureItem } from './items.js';
import { lanesOf } from './lanes.js';
import { marksOf } from './marks.js';
import { pictureFacts } from './picture-facts.js';
import type { Picture, Story } from './picture.js';
import { signalsOf } from './signals.js';
import { usOfMs } from './us.js';

/** The timeline picture of a judged history. */
export function buildPicture(verdict: Verdict, history: History, plan: Plan): Picture {
  const { lanes, laneOf, lanesOfPath } = lanesOf(history, plan);
  const cited = citedBy(verdict.findings, history);
  const stale = staleWrites(verdict, history, cited);
  const marks = marksOf(cited, stale);
  const all = pictureItems(history, laneOf, marks);
  const items = withinBudget(all);
  return {
    ...pictureFacts(verdict, history, plan, laneOf, lanesOfPath),
    lanes,
    items: encodeItems(items),
    itemCount: items.length,
    grouped: items.reduce((sum, item) => sum + (item.count > 1 ? item.count : 0), 0),
    signals: signalsOf(history, laneOf),
    stories: storiesOf(verdict, cited, stale, items),
  };
}

function storiesOf(
  verdict: Verdict,
  cited: readonly { commands: Command[] }[],
  stale: readonly StaleWrite[],
  items: readonly PictureItem[],
): Story[] {
  const place = new Map<Command | Apply, number>();
  items.forEach((item, i) => {
    const thing = item.command ?? item.apply;
    if (thing && item.mark !== 'none') place.set(thing, i);
  });
  const at = (thing: Command | Apply | null | undefined) => (thing && place.get(thing)) ?? null;
  const staleOf = new Map(stale.map((write) => [write.finding, write]));
  return verdict.findings.slice(0, mostStories).map((finding, i) => {
    const steps = finding.witness.steps.map((step) => usOfMs(step.ms));
    const write = staleOf.get(i);
    const [first, second] = cited[i]?.commands ?? [];
    return {
      finding: i,
      lba: finding.witness.lba ?? null,
      start: steps.length > 0 ? Math.min(...steps) : 0,
      end: steps.length > 0 ? Math.max(...steps) : 0,
      original: at(write ? write.original : first),
      apply: at(write?.apply),
      newer: at(write ? write.newer : second),
      newerApply: at(write?.newerApply),
    };
  });
}

/** As many findings as the page shows in full. */
export const mostStories = 100;
