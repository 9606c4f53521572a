import { never, type Apply, type History } from '@fenceline/history';
import type { Instrument } from './rule.js';
import { count, inMs, lbas } from './sentences.js';

/** Something that the recording says against itself, and the instruments that it makes doubtful. */
export interface Contradiction {
  reason: string;
  doubtful: readonly Instrument[];
}

const all: readonly Instrument[] = ['wire', 'medium', 'console', 'workload'];

/**
 * The first word of an instrument's name, or the folder of a part of the recording, and what comes from it:
 * what follows are names that people gave. The rest touches everything.
 */
const known: readonly [RegExp, readonly Instrument[]][] = [
  [/^(captures?|link)\b/, ['wire']],
  [/^(backend|journal)\b/, ['medium']],
  [/^consoles?\b/, ['console']],
  [/^workload\b/, ['workload']],
];

/**
 * Every contradiction of the instruments in a history: problems that its decoder met, instruments that failed
 * while it was recorded, applies that no command explains, and a timeline without an end.
 */
export function contradictionsOf(history: History, unattributed: Unattributed): Contradiction[] {
  const problems = new Map<string, Contradiction>();
  const add = (t: number, instrument: string, message: string): void => {
    const reason = `the instrument ${instrument} cannot be trusted: ${message}`;
    if (!problems.has(reason)) {
      problems.set(reason, { reason: `${reason} (at ${inMs(t)})`, doubtful: touched(instrument) });
    }
  };
  for (const { t, instrument, message } of history.problems) add(t, instrument, message);
  for (const event of history.events) {
    if (event.kind === 'instrument-error') add(event.t, event.instrument, event.message);
  }
  const found = [...problems.values()];
  found.push(...unexplained(unattributed));
  if (!history.events.some((event) => event.kind === 'end')) {
    found.push({ reason: 'the recording was cut: its timeline has no end', doubtful: [] });
  }
  return found;
}

/** Applied requests with a block that no command on the wire explains. */
export interface Unattributed {
  count: number;
  /** The first of them, in the medium's order, each with its first such block. */
  listed: { request: number; lba: number; t: number; node: string; why: string }[];
}

/** So many applied requests that no command explains are listed one by one. */
const mostListed = 20;

export function unattributedOf(history: History): Unattributed {
  const found: Unattributed = { count: 0, listed: [] };
  for (const apply of history.applies) {
    if (apply.appliedAt === never) continue;
    const block = unexplainedBlock(apply);
    if (block === null) continue;
    if (++found.count > mostListed) continue;
    found.listed.push({
      request: apply.request,
      lba: apply.slba + block,
      t: apply.receivedAt,
      node: apply.node,
      why: apply.unattributed ?? 'no command with these bytes was complete and unanswered',
    });
  }
  return found;
}

/** A block whose bytes the node changed has a command, though no candidate (rule medium-equals-wire). */
function unexplainedBlock({ slba, blocks, candidates, altered }: Apply): number | null {
  for (let index = 0; index < blocks; index++) {
    if ((candidates[index] ?? []).length > 0) continue;
    if (altered?.some(({ lba }) => lba === slba + index) !== true) return index;
  }
  return null;
}

function unexplained({ count: total, listed }: Unattributed): Contradiction[] {
  return listed.map(({ request, lba, t, node, why }, index) => ({
    reason:
      (index === 0 ? `${count(total, 'applied request')} that no command explains` : 'another') +
      `: journal#${request} of node ${node} on ${lbas(lba)} at ${inMs(t)}: ${why}` +
      (index === mostListed - 1 && total > mostListed ? '; the others are not listed' : ''),
    doubtful: ['wire', 'medium'],
  }));
}

function touched(instrument: string): readonly Instrument[] {
  return known.find(([words]) => words.test(instrument))?.[1] ?? all;
}
