import { forEachBlock, never, type Command, type History } from '@fenceline/history';
import type { Block, Blocks } from './blocks.js';

/** What a command did to one block. */
interface Landing {
  last: number;
  /** Of the applies that only this command explains; -Infinity without one. */
  lastCertain: number;
}

/**
 * When commands took effect on the medium, under the likeliest assignment of applies to commands. Worked out when
 * it is asked for, which it is of few commands.
 */
export class Landings {
  readonly #ofBlock = new Map<Block, Map<number, Landing>>();
  #lastOfAssociation: readonly number[] | null = null;

  constructor(
    private readonly history: History,
    private readonly blocks: Blocks,
  ) {}

  /** When all blocks of the command had been applied; `never` while one is missing. */
  appliedAt(command: Command): number {
    let last = -never;
    forEachBlock(command, (lba) => {
      last = Math.max(last, this.#landingOn(lba, command)?.last ?? never);
    });
    return last === -never ? never : last;
  }

  /** When a block of the command was last applied; -Infinity when none was. */
  lastApplyAt(command: Command): number {
    return this.#latest(command, ({ last }) => last);
  }

  /** The same, of applies that only this command explains. */
  lastCertainApplyAt(command: Command): number {
    return this.#latest(command, ({ lastCertain }) => lastCertain);
  }

  /** When a command of the association was last applied; -Infinity when none was. */
  lastApplyOf(association: number): number {
    this.#lastOfAssociation ??= this.#lastApplies();
    return this.#lastOfAssociation[association]!;
  }

  #latest(command: Command, moment: (landing: Landing) => number): number {
    let latest = -never;
    forEachBlock(command, (lba) => {
      const landing = this.#landingOn(lba, command);
      if (landing !== undefined) latest = Math.max(latest, moment(landing));
    });
    return latest;
  }

  #landingOn(lba: number, { id }: Command): Landing | undefined {
    const block = this.blocks.at(lba);
    if (block === undefined) return undefined;
    let landings = this.#ofBlock.get(block);
    if (landings === undefined) this.#ofBlock.set(block, (landings = landingsOn(block)));
    return landings.get(id);
  }

  #lastApplies(): number[] {
    const { associations, commands } = this.history;
    const last = associations.map(() => -never);
    this.blocks.forEachCause(({ appliedAt }, id) => {
      const { association } = commands[id]!;
      last[association] = Math.max(last[association]!, appliedAt);
    });
    return last;
  }
}

function landingsOn({ applies }: Block): Map<number, Landing> {
  const landings = new Map<number, Landing>();
  for (const { apply, candidates, command: id } of applies) {
    if (id === null) continue;
    const { last, lastCertain } = landings.get(id) ?? { last: -never, lastCertain: -never };
    landings.set(id, {
      last: Math.max(last, apply.appliedAt),
      lastCertain: candidates.length === 1 ? Math.max(lastCertain, apply.appliedAt) : lastCertain,
    });
  }
  return landings;
}
