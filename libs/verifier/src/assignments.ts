import type { Apply, PayloadId } from '@fenceline/history';
import { listOf } from './lists.js';

/** One block of a request that the backend applied, with the commands that may have caused it. */
export interface BlockApply {
  apply: Apply;
  payload: PayloadId;
  /** Numbers of commands; more than one where equal bytes leave a choice. Empty where nothing explains it. */
  candidates: readonly number[];
  /** The likeliest of them, for counts and witnesses; null where there is none. */
  command: number | null;
}

/**
 * Narrows the candidates of one block's applies: a command is applied at most once to a block, so the only
 * candidate of one apply is no candidate of another. Where that leaves an apply without any, the recording
 * says that one command was applied twice, and its candidates stay as they were.
 */
export function narrow(applies: readonly BlockApply[]): void {
  if (applies.every((apply) => apply.candidates.length <= 1)) return;
  const fixed: number[] = [];
  const rivals = new Map<number, BlockApply[]>();
  for (const apply of applies) {
    if (apply.candidates.length === 1) fixed.push(apply.candidates[0]!);
    else for (const command of apply.candidates) listOf(rivals, command).push(apply);
  }
  for (let command = fixed.pop(); command !== undefined; command = fixed.pop()) {
    for (const apply of rivals.get(command) ?? []) {
      if (apply.candidates.length <= 1) continue;
      apply.candidates = apply.candidates.filter((candidate) => candidate !== command);
      if (apply.candidates.length === 1) fixed.push(apply.candidates[0]!);
    }
    rivals.delete(command);
  }
}

/**
 * Gives each apply one of its candidates that is still free, in the medium's order: a node answers what was
 * applied, so the one whose answer left next after the apply; without such a one the first.
 */
export function chooseLikeliest(
  applies: readonly BlockApply[],
  answerSentAt: (command: number) => number,
): void {
  for (const block of applies) block.command = block.candidates[0] ?? null;
  if (applies.every(({ candidates }) => candidates.length <= 1)) return;
  const taken = new Set<number>();
  for (const block of applies) {
    if (block.candidates.length > 1) {
      const free = block.candidates.filter((candidate) => !taken.has(candidate));
      let next = -1;
      for (const candidate of free) {
        if (answerSentAt(candidate) < block.apply.appliedAt) continue;
        if (next < 0 || answerSentAt(candidate) < answerSentAt(next)) next = candidate;
      }
      block.command = next >= 0 ? next : (free[0] ?? block.command);
    }
    if (block.command !== null) taken.add(block.command);
  }
}

/**
 * Visits every consistent assignment of one block's applies to commands: each apply gets one of its
 * candidates (null without any), each command at most one apply.
 *
 * @param visit gets the command of each apply; the array is reused. Returning false ends the walk.
 * @param limit bound of the steps that the walk may take.
 * @returns `none` when no assignment is consistent, `too-many` when the limit ended the walk.
 */
export function forEachAssignment(
  applies: readonly BlockApply[],
  limit: number,
  visit: (commands: readonly (number | null)[]) => boolean,
): 'all' | 'ended' | 'none' | 'too-many' {
  const chosen = applies.map((apply) => apply.candidates[0] ?? null);
  const taken = new Set<number>();
  const open: number[] = [];
  applies.forEach((apply, index) => {
    if (apply.candidates.length > 1) open.push(index);
    else if (apply.candidates.length === 1) taken.add(apply.candidates[0]!);
  });
  const walked = { steps: 0, found: false };

  const walk = (depth: number): 'all' | 'ended' | 'too-many' => {
    const index = open[depth];
    if (index === undefined) {
      walked.found = true;
      return visit(chosen) ? 'all' : 'ended';
    }
    for (const candidate of applies[index]!.candidates) {
      if (taken.has(candidate)) continue;
      if (++walked.steps > limit) return 'too-many';
      taken.add(candidate);
      chosen[index] = candidate;
      const result = walk(depth + 1);
      taken.delete(candidate);
      if (result !== 'all') return result;
    }
    return 'all';
  };
  const result = walk(0);
  return result === 'all' && !walked.found ? 'none' : result;
}
