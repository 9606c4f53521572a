import { changesMedium, forEachBlock, never, type History } from '@fenceline/history';
import { isOutOfOrder, type Block, type Blocks } from './blocks.js';
import { hostFenceEnd } from './fence.js';
import { profiles } from './profiles.js';
import type { Observation } from './register.js';

/**
 * The blocks of which the medium shows a legal order whatever the profile: the plain ones whose writes were all closed
 * by their answers, not by a fence before. On those nothing is stale (an older write that comes over a newer one was
 * not closed when that was sent), and what was seen is legal where the medium held it meanwhile.
 */
export class MediumOrder {
  /** All other blocks that were changed, in the order in which they were first written. */
  readonly unclear: readonly Block[];
  /** Those of them on which a write may have been applied over one that started after it. */
  readonly outOfOrder: readonly Block[];
  /** Writes of blocks that are not unclear that began while another one of the block was not closed. */
  readonly overlapping: number;
  /** By place. */
  readonly #isClear: Uint8Array;

  /** @param giveUpAt - by association: when its host gave it up, or `never` */
  constructor(
    history: History,
    private readonly blocks: Blocks,
    giveUpAt: readonly number[],
  ) {
    const { lbas, plain } = blocks;
    this.#isClear = Uint8Array.from(lbas, (_, place) => (plain.has(place) ? 1 : 0));
    for (const lba of fencedBlocks(history, giveUpAt)) {
      this.#isClear[blocks.placeOf(lba)!] = 0;
    }
    const unclear: Block[] = [];
    let overlapping = 0;
    for (const [place, lba] of lbas.entries()) {
      if (this.isClear(place)) overlapping += plain.overlappingOn(place);
      else unclear.push(blocks.at(lba)!);
    }
    this.unclear = unclear;
    this.outOfOrder = unclear.filter((block) => isOutOfOrder(history, block));
    this.overlapping = overlapping;
  }

  /** @param place - of the block among `Blocks.lbas` */
  isClear(place: number): boolean {
    return this.#isClear[place] === 1;
  }

  /** Whether it shows that what was seen of a block is legal. */
  explains(lba: number, observation: Observation): boolean {
    const place = this.blocks.placeOf(lba);
    // Nobody wrote to it: it is as it was before the run.
    if (place === undefined) return observation.payload === 0;
    return this.isClear(place) && this.blocks.plain.shows(place, observation);
  }
}

/** Blocks with a write that was, under some profile, closed by a fence before its answer was delivered. */
function fencedBlocks(history: History, giveUpAt: readonly number[]): Set<number> {
  const fenced = new Set<number>();
  const fenceEnds = history.associations.map((association) => {
    const given = giveUpAt[association.id]!;
    return Math.min(...profiles.map((it) => hostFenceEnd(history, association, given, it).at));
  });
  if (fenceEnds.every((end) => end === never)) return fenced;
  for (const command of history.commands) {
    if (!changesMedium(command) || command.answeredAt <= fenceEnds[command.association]!) continue;
    forEachBlock(command, (lba) => fenced.add(lba));
  }
  return fenced;
}
