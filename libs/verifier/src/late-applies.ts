import { never, type Command, type History } from '@fenceline/history';
import { forEachAssignment, type BlockApply } from './assignments.js';
import type { Block } from './blocks.js';
import type { Facts } from './facts.js';
import type { Limit } from './fence.js';
import { listOf } from './lists.js';
import { cid, inMs, lbas } from './sentences.js';
import { order } from './uncertainty.js';

/** A block that was applied after the limit of its command's association. */
export interface LateApply {
  lba: number;
  apply: BlockApply;
  command: Command;
}

export interface LateApplies {
  /** By association, in the medium's order: late under every consistent assignment. */
  byAssociation: Map<number, LateApply[]>;
  /** By association, the first block of which the recording does not tell whether it was late, and why. */
  doubts: Map<number, string>;
}

/** Steps that the walk over one block's assignments may take before the block counts as undecided. */
const assignmentSteps = 20_000;

type Lateness = 'late' | 'in time' | 'unsure';

/**
 * Finds the applies of commands after the limit of their association (`never` where nothing ends it), block by
 * block: late when every consistent assignment of applies to commands says so. A margin below the uncertainty
 * of the recording is doubtful. Linear in the applies, but for blocks on which equal bytes leave a choice.
 */
export function findLateApplies(facts: Facts, limits: readonly Limit[]): LateApplies {
  const found: LateApplies = { byAssociation: new Map(), doubts: new Map() };
  if (limits.every(({ at }) => at === never)) return found;
  for (const block of suspects(facts, limits)) judgeBlock(facts, limits, block, found);
  for (const late of found.byAssociation.values()) {
    late.sort((a, b) => a.apply.apply.id - b.apply.apply.id || a.lba - b.lba);
  }
  return found;
}

/** Blocks with an apply of which some candidate was not in time, found in the order in which all lie in memory. */
function suspects({ history, blocks }: Facts, limits: readonly Limit[]): Set<Block> {
  const found = new Set<Block>();
  for (const { appliedAt, candidates, slba } of history.applies) {
    if (appliedAt === never) continue;
    for (let index = 0; index < candidates.length; index++) {
      for (const id of candidates[index]!) {
        const limit = limits[history.commands[id]!.association]!;
        if (lateness(history, appliedAt, limit) === 'in time') continue;
        const block = blocks.at(slba + index);
        if (block !== undefined) found.add(block);
      }
    }
  }
  return found;
}

function judgeBlock(
  facts: Facts,
  limits: readonly Limit[],
  block: Block,
  found: LateApplies,
): void {
  const { commands } = facts.history;
  const latenessOf = ({ apply }: BlockApply, id: number): Lateness =>
    lateness(facts.history, apply.appliedAt, limits[commands[id]!.association]!);
  const add = (apply: BlockApply, id: number): void => {
    const command = commands[id]!;
    listOf(found.byAssociation, command.association).push({ lba: block.lba, apply, command });
  };
  let open: BlockApply | null = null;
  for (const apply of block.applies) {
    if (apply.candidates.every((id) => latenessOf(apply, id) === 'in time')) continue;
    const states = apply.candidates.map((id) => latenessOf(apply, id));
    if (states.every((state) => state === 'late'))
      add(apply, apply.command ?? apply.candidates[0]!);
    else open ??= apply;
  }
  if (open === null) return;

  const doubt = (apply: BlockApply, why: string): void => {
    const id = apply.candidates.find((candidate) => latenessOf(apply, candidate) !== 'in time')!;
    const { association } = commands[id]!;
    if (found.doubts.has(association)) return;
    found.doubts.set(association, `${lbas(block.lba)}, ${cid(commands[id]!)}: ${why}`);
  };
  if (open.candidates.length === 1) {
    const { association } = commands[open.candidates[0]!]!;
    const margin = open.apply.appliedAt - limits[association]!.at;
    doubt(open, `the margin, ${inMs(margin)}, is below the uncertainty of the recording`);
    return;
  }
  const undecided = block.applies.filter((apply) => apply.candidates.length > 1);
  const seen = { all: true, any: false, first: null as [BlockApply, number] | null };
  const end = forEachAssignment(block.applies, assignmentSteps, (chosen) => {
    let isLate = false;
    for (const [index, apply] of block.applies.entries()) {
      const id = chosen[index] ?? null;
      if (id === null || !undecided.includes(apply)) continue;
      const state = latenessOf(apply, id);
      if (state !== 'in time') seen.any = true;
      if (state !== 'late') continue;
      isLate = true;
      seen.first ??= [apply, id];
    }
    if (!isLate) seen.all = false;
    return seen.all || !seen.any;
  });
  if (end === 'too-many') {
    doubt(open, 'equal bytes leave too many choices of which command an apply belongs to');
  } else if (seen.all && seen.first !== null) {
    if (!isKnown(found, seen.first[0])) add(...seen.first);
  } else if (seen.any || end === 'none') {
    doubt(
      open,
      'equal bytes leave a choice of which command an apply belongs to, and only some choices are late',
    );
  }
}

function isKnown({ byAssociation }: LateApplies, apply: BlockApply): boolean {
  return [...byAssociation.values()].some((late) => late.some((it) => it.apply === apply));
}

/** An apply at the limit itself is in time. */
function lateness(history: History, appliedAt: number, limit: Limit): Lateness {
  if (limit.at === never) return 'in time';
  if (limit.after !== undefined && appliedAt <= limit.after) return 'in time';
  if (order(history, appliedAt, limit) === 'unsure') return 'unsure';
  return appliedAt > limit.at ? 'late' : 'in time';
}
