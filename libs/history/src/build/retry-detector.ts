import type { Association, Command } from '../model.js';

/**
 * Finds retries elsewhere: a block of a command that changes the medium, sent and not answered, that the
 * same host sends again with the same payload on another association (rules: "Give-up", "Logical writes").
 */
export class RetryDetector {
  /** Per host, per block: commands that were sent and not answered. */
  readonly #outstanding = new Map<string, Map<number, Command[]>>();

  /** @param associationOf - the association of a command by its number */
  constructor(private readonly associationOf: (association: number) => Association) {}

  /**
   * A command's data was sent.
   *
   * @returns the outstanding commands on other associations of which it sends a block again
   */
  sent(command: Command): Command[] {
    if (!changesMedium(command)) return [];
    const originals = new Set<Command>();
    const blocks = this.#blocksOf(command);
    forEachBlock(command, (block, payload) => {
      const there = blocks.get(block);
      if (there === undefined) {
        blocks.set(block, [command]);
        return;
      }
      for (const other of there) {
        if (other.association !== command.association && repeats(other, command, block, payload)) {
          originals.add(other);
        }
      }
      there.push(command);
    });
    return [...originals];
  }

  /** A command's answer was delivered to the host: it is outstanding no more. */
  answered(command: Command): void {
    if (!changesMedium(command)) return;
    const blocks = this.#blocksOf(command);
    forEachBlock(command, (block) => {
      const there = blocks.get(block);
      const at = there?.indexOf(command) ?? -1;
      if (there === undefined || at < 0) return;
      if (there.length === 1) blocks.delete(block);
      else there.splice(at, 1);
    });
  }

  #blocksOf(command: Command): Map<number, Command[]> {
    const { host } = this.associationOf(command.association);
    let blocks = this.#outstanding.get(host);
    if (blocks === undefined) {
      blocks = new Map();
      this.#outstanding.set(host, blocks);
    }
    return blocks;
  }
}

/** Does the command change the medium? */
export function changesMedium(command: Command): boolean {
  return command.op === 'write' || command.op === 'write-zeroes' || command.op === 'deallocate';
}

/** Calls back for each block of a command with its payload as sent; undefined where it has none. */
export function forEachBlock(
  command: Command,
  visit: (block: number, payload: number | undefined) => void,
): void {
  if (command.ranges === undefined) {
    const { slba, blocks, payloads } = command;
    for (let i = 0; i < blocks; i++) visit(slba + i, payloads[i]);
    return;
  }
  for (const { slba, blocks } of command.ranges) {
    for (let i = 0; i < blocks; i++) visit(slba + i, undefined);
  }
}

function repeats(
  original: Command,
  command: Command,
  block: number,
  payload: number | undefined,
): boolean {
  const deallocates = command.op === 'deallocate';
  if (deallocates !== (original.op === 'deallocate')) return false;
  return deallocates || original.payloads[block - original.slba] === payload;
}
