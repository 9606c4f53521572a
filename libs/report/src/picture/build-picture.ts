import type { Plan, Verdict } from '@fenceline/contracts';
import { NS_PER_S } from '@fenceline/contracts';
import type { Apply, Command, History } from '@fenceline/history';
import { citedBy, staleWrites, type StaleWrite } from '../story.js';
import { fenceEndWord } from '../words.js';
import { encodeItems } from './encode-items.js';
import { pictureItems, withinBudget, type PictureItem } from './items.js';
import { lanesOf } from './lanes.js';
import type { Fence, ItemMark, Picture, Story } from './picture.js';
import { signalsOf } from './signals.js';
import { us } from './us.js';

const usOfMs = (ms: number): number => Math.max(0, Math.round(ms * 1000));

/** The timeline picture of a judged history. */
export function buildPicture(verdict: Verdict, history: History, plan: Plan): Picture {
  const { lanes, laneOf, lanesOfPath } = lanesOf(history, plan);
  const cited = citedBy(verdict.findings, history);
  const stale = staleWrites(verdict, history, cited);
  const marks = marksOf(cited, stale);
  const all = pictureItems(history, laneOf, marks);
  const items = withinBudget(all);
  return {
    end: us(history.end),
    focus: focusOf(history),
    lanes,
    items: encodeItems(items),
    itemCount: items.length,
    grouped: items.reduce((sum, item) => sum + (item.count > 1 ? item.count : 0), 0),
    faults: history.faults.map((fault) => ({
      label: fault.describe,
      lanes: [
        ...plan.links
          .filter(({ name }) => name === fault.link)
          .flatMap(({ host, name }) => lanesOfPath(host, name)),
        ...fault.nodes.map(laneOf.node).filter((lane) => lane >= 0),
      ],
      start: us(fault.start),
      end: us(Math.min(fault.end, history.end)),
    })),
    fences: fencesOf(verdict, lanesOfPath),
    profiles: [
      verdict.profile,
      ...verdict.profiles.map(({ name }) => name).filter((name) => name !== verdict.profile),
    ],
    moments: momentsOf(history),
    signals: signalsOf(history, laneOf),
    stories: storiesOf(verdict, cited, stale, items),
    names: commandNames(history),
  };
}

function commandNames(history: History): Record<string, string> {
  const names: Record<string, string> = {};
  for (const { qid, opcode, name } of history.commands) {
    names[`${qid === 0 ? 'a' : 'i'}${opcode}`] ??= name;
  }
  return names;
}

function marksOf(
  cited: readonly { commands: Command[]; applies: Apply[] }[],
  stale: readonly StaleWrite[],
): Map<Command | Apply, ItemMark> {
  const marks = new Map<Command | Apply, ItemMark>();
  for (const { commands, applies } of cited) {
    for (const item of [...commands, ...applies]) marks.set(item, 'cited');
  }
  for (const { newer, newerApply } of stale) {
    if (newer) marks.set(newer, 'destroyed');
    if (newerApply) marks.set(newerApply, 'destroyed');
  }
  for (const { original, apply } of stale) {
    if (original) marks.set(original, 'stale');
    marks.set(apply, 'stale');
  }
  return marks;
}

/** From just before the workload to the end: the boot is of no interest at first. */
function focusOf(history: History): { start: number; end: number } {
  const first = history.commands.find((command) => command.qid > 0)?.sentAt ?? 0;
  const last = history.commands.reduce((t, command) => Math.max(t, command.sentAt), first);
  const pad = Math.max(NS_PER_S / 10, (last - first) * 0.03);
  const end = Math.min(Math.max(history.end, last), last + pad);
  return { start: us(first - pad), end: us(Math.max(end, first + NS_PER_S)) };
}

function fencesOf(
  verdict: Verdict,
  lanesOfPath: (host: string, link: string) => number[],
): Fence[] {
  return verdict.profiles.flatMap((profile) =>
    profile.margins.map((margin) => ({
      lanes: lanesOfPath(margin.host, margin.path),
      profile: profile.name,
      by: fenceEndWord[margin.fenceEndBy],
      start: usOfMs(margin.giveUpMs),
      end: usOfMs(Math.max(margin.giveUpMs, margin.fenceEndMs)),
    })),
  );
}

function momentsOf(history: History): Picture['moments'] {
  return history.events.flatMap((event) => {
    if (event.kind === 'step' && event.fired) return { t: us(event.t), label: event.describe };
    if (event.kind === 'vm-lost') return { t: us(event.t), label: `${event.vm} was lost` };
    return [];
  });
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
