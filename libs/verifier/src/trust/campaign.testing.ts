import type { RuleName } from '@fenceline/contracts';
import { allMutations } from './mutations/index.testing.js';
import { tryCorrect, tryMutator, tryNearMiss, type Fault, type Trial } from './trial.testing.js';

/** What came of all trials of one kind. */
export interface Tally {
  tried: number;
  /** Every trial that went wrong; the seed alone brings it back. */
  faults: (Fault & { seed: number })[];
}

export interface MutationTally extends Tally {
  rule: RuleName;
  name: string;
  /** Whether it must be found; a near miss must not. */
  mustBeFound: boolean;
}

export interface Campaign {
  correct: Tally;
  mutations: MutationTally[];
}

/**
 * Judges the correct history of each seed, and beside it one mutation or near miss of a history of that seed: all
 * of them in turn.
 *
 * @param from first seed; @param to the one after the last
 */
export function runCampaign(from: number, to: number): Campaign {
  const correct: Tally = { tried: 0, faults: [] };
  const trials = mutationTrials();
  for (let seed = from; seed < to; seed++) {
    count(correct, seed, tryCorrect(seed));
    const { tally, run } = trials[seed % trials.length]!;
    count(tally, seed, run(seed));
  }
  return { correct, mutations: trials.map(({ tally }) => tally) };
}

/** Each fault of a campaign in one line. */
export function faultsOf({ correct, mutations }: Campaign): string[] {
  return [
    ...linesOf('a correct history', correct),
    ...mutations.flatMap((tally) => linesOf(`${tally.rule}, ${tally.name}`, tally)),
  ];
}

function mutationTrials(): { tally: MutationTally; run: (seed: number) => Trial }[] {
  return allMutations.flatMap(({ rule, mutators, nearMisses }) => {
    const tallyOf = (name: string, mustBeFound: boolean): MutationTally => {
      return { rule, name, mustBeFound, tried: 0, faults: [] };
    };
    return [
      ...mutators.map((it) => {
        return { tally: tallyOf(it.name, true), run: (seed: number) => tryMutator(rule, it, seed) };
      }),
      ...nearMisses.map((it) => {
        return {
          tally: tallyOf(it.name, false),
          run: (seed: number) => tryNearMiss(rule, it, seed),
        };
      }),
    ];
  });
}

function count(tally: Tally, seed: number, trial: Trial): void {
  tally.tried++;
  if (trial !== null) tally.faults.push({ seed, ...trial });
}

function linesOf(what: string, { faults }: Tally): string[] {
  return faults.map(({ seed, kind, why }) => `${what}, seed ${seed}: ${kind}, ${why}`);
}
