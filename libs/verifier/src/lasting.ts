import { never, type Command, type History } from '@fenceline/history';
import type { Block } from './blocks.js';
import { succeeded, type LogicalWrite } from './logical-writes.js';

const writeUncorrectable = 0x04;
const copy = 0x19;
const formatNvm = 0x80;
const sanitize = 0x84;

/** Why the content of blocks cannot be followed: a command changed it that is not modelled. Else null. */
export function whyUnfollowed({ commands }: History): string | null {
  for (const { qid, opcode, name } of commands) {
    const changes =
      qid === 0
        ? opcode === formatNvm || opcode === sanitize
        : opcode === copy || opcode === writeUncorrectable;
    if (changes) return `the recording has a ${name}, whose effect on blocks is not followed`;
  }
  return null;
}

/**
 * Which writes outlast the loss of a volatile write cache: those that the medium was seen to hold, those with
 * FUA, and those before a Flush that succeeded on the same node. A cache is taken for granted, as the history
 * does not have the controller's VWC.
 */
export class LastingWrites {
  /** Node → when its last successful Flush was sent. */
  readonly #flushedAt = new Map<string, number>();
  /** Block → commands of which an apply was seen. */
  readonly #applied = new WeakMap<Block, Set<number>>();

  constructor(private readonly history: History) {
    for (const command of history.commands) {
      if (command.op !== 'flush' || !succeeded(command)) continue;
      const node = this.#nodeOf(command);
      this.#flushedAt.set(node, Math.max(this.#flushedAt.get(node) ?? -never, command.sentAt));
    }
  }

  has(write: LogicalWrite, block: Block): boolean {
    const applied = this.#appliedTo(block);
    return write.commands.some(
      (command) =>
        applied.has(command.id) ||
        (succeeded(command) &&
          (command.fua ||
            (this.#flushedAt.get(this.#nodeOf(command)) ?? -never) > command.answeredAt)),
    );
  }

  /** Where equal bytes leave a choice, the apply shows none of them. */
  #appliedTo(block: Block): Set<number> {
    let applied = this.#applied.get(block);
    if (applied === undefined) {
      const only = block.applies.filter(({ candidates }) => candidates.length === 1);
      applied = new Set(only.flatMap(({ candidates }) => candidates));
      this.#applied.set(block, applied);
    }
    return applied;
  }

  #nodeOf({ association }: Command): string {
    return this.history.associations[association]!.node;
  }
}
