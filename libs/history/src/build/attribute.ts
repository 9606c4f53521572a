import type { Apply, Association, Command, InstrumentProblem, MediumOp } from '../model.js';
import { changesMedium, forEachBlock } from './retry-detector.js';

/** A command may cause only such requests: Write Zeroes may arrive as a write of zeroes or as a trim. */
function mayCause(command: Command, op: MediumOp): boolean {
  if (command.op === op) return true;
  if (command.op === 'write-zeroes') return op === 'write' || op === 'deallocate';
  // Zeroes that a guest writes may be turned into Write Zeroes on the way to the medium.
  return command.op === 'write' && op === 'write-zeroes';
}

/** Payload that reached the node for a block; undefined when the command carries none for it. */
function deliveredPayload(command: Command, block: number): number | undefined {
  return (command.deliveredPayloads ?? command.payloads)[block - command.slba];
}

function explains(command: Command, apply: Apply, block: number): boolean {
  if (!mayCause(command, apply.op)) return false;
  if (apply.op === 'deallocate') return true;
  return deliveredPayload(command, block) === apply.payloads[block - apply.slba];
}

/** Whether the command could have caused the request but for the bytes of the block. */
function carriesOtherBytes(command: Command, apply: Apply, block: number): boolean {
  const payload = deliveredPayload(command, block);
  const applied = apply.payloads[block - apply.slba];
  return mayCause(command, apply.op) && payload !== undefined && applied !== undefined;
}

/** Commands at one node that are complete and whose answer has not left the node, per block. */
class LiveCommands {
  readonly #blocks = new Map<number, Command[]>();

  add(command: Command): void {
    forEachBlock(command, (block) => {
      const there = this.#blocks.get(block);
      if (there === undefined) this.#blocks.set(block, [command]);
      else there.push(command);
    });
  }

  /** Those that cover a block at a moment; moments must not go back. */
  at(block: number, t: number): readonly Command[] {
    const there = this.#blocks.get(block);
    if (there === undefined) return [];
    let kept = 0;
    for (const command of there) if (command.answerSentAt > t) there[kept++] = command;
    if (kept < there.length) there.length = kept;
    return there;
  }
}

/**
 * Finds for each block of each apply the commands that may have caused it (rules: "Attribution"): at that
 * node (and over that link, where it is known), covering the block with that payload, complete before the backend received the request, and with
 * an answer that had not left the node by then.
 *
 * @returns problems: applies that no command fits contradict the captures. One that a command fits in all
 *   but its bytes does not: there the node changed them (`Apply.altered`).
 */
export function attribute(
  applies: readonly Apply[],
  commands: readonly Command[],
  associations: readonly Association[],
): InstrumentProblem[] {
  const nodeOf = (command: Command) => associations[command.association]!.node;
  const cameBy = (command: Command, { node, link }: Apply): boolean => {
    const association = associations[command.association]!;
    return association.node === node && (link === undefined || association.link === link);
  };
  const complete = commands
    .filter((command) => changesMedium(command) && command.completeAt !== Infinity)
    .sort((a, b) => a.completeAt - b.completeAt);
  const received = [...applies].sort((a, b) => a.receivedAt - b.receivedAt);
  const live = new Map<string, LiveCommands>();
  const liveAt = (node: string) => {
    let there = live.get(node);
    if (there === undefined) live.set(node, (there = new LiveCommands()));
    return there;
  };
  const orphans: Apply[] = [];
  let next = 0;
  for (const apply of received) {
    for (; next < complete.length && complete[next]!.completeAt <= apply.receivedAt; next++) {
      liveAt(nodeOf(complete[next]!)).add(complete[next]!);
    }
    if (apply.unattributed !== null) continue;
    const there = liveAt(apply.node);
    apply.candidates = new Array<number[]>(apply.blocks);
    for (let block = apply.slba; block < apply.slba + apply.blocks; block++) {
      let candidates: number[] | null = null;
      let others: number[] | null = null;
      for (const command of there.at(block, apply.receivedAt)) {
        if (!cameBy(command, apply)) continue;
        if (explains(command, apply, block)) candidates = withOneMore(candidates, command.id);
        else if (carriesOtherBytes(command, apply, block)) others = withOneMore(others, command.id);
      }
      apply.candidates[block - apply.slba] = candidates ?? [];
      if (candidates === null && others !== null) {
        (apply.altered ??= []).push({ lba: block, commands: others });
      }
    }
    if (apply.candidates.some(({ length }) => length === 0)) orphans.push(apply);
  }
  return orphans.length === 0 ? [] : explainOrphans(orphans, commands, cameBy);
}

/** A list of one, as nearly all are, takes no more memory than that: a history keeps very many. */
function withOneMore(list: number[] | null, item: number): number[] {
  if (list === null) return [item];
  list.push(item);
  return list;
}

/** Says of each apply without a candidate why it has none. */
function explainOrphans(
  orphans: readonly Apply[],
  commands: readonly Command[],
  cameBy: (command: Command, apply: Apply) => boolean,
): InstrumentProblem[] {
  const byBlock = new Map<number, Command[]>();
  for (const command of commands) {
    if (!changesMedium(command)) continue;
    forEachBlock(command, (block) => {
      const there = byBlock.get(block);
      if (there === undefined) byBlock.set(block, [command]);
      else there.push(command);
    });
  }
  const problems: InstrumentProblem[] = [];
  for (const apply of orphans) {
    const matchingAt = (block: number) =>
      (byBlock.get(block) ?? []).filter(
        (command) => cameBy(command, apply) && explains(command, apply, block),
      );
    keepAltered(apply, (block) => matchingAt(block).length === 0);
    const isAltered = (block: number) => apply.altered?.some(({ lba }) => lba === block) === true;
    const index = apply.candidates.findIndex(
      ({ length }, at) => length === 0 && !isAltered(apply.slba + at),
    );
    if (index < 0) {
      apply.unattributed = `block ${apply.altered![0]!.lba}: node ${apply.node} wrote other bytes than it was given`;
      continue;
    }
    const block = apply.slba + index;
    const matching = matchingAt(block);
    const delivered = matching.some(({ completeAt }) => completeAt <= apply.receivedAt);
    apply.unattributed = delivered
      ? `block ${block}: every command with these bytes had been answered before the backend received the request`
      : matching.length > 0
        ? `block ${block}: no command with these bytes was complete at ${apply.node} before the backend received the request`
        : `block ${block}: no command with these bytes was sent to ${apply.node}`;
    if (!delivered && apply.appliedAt !== Infinity) {
      problems.push({
        t: apply.appliedAt,
        instrument: 'backend',
        message: `request ${apply.request} of node ${apply.node} was applied, yet its bytes were never delivered: ${apply.unattributed}`,
      });
    }
  }
  return problems;
}

/** Keeps of the altered blocks those whose bytes no command brought. */
function keepAltered(apply: Apply, isAltered: (block: number) => boolean): void {
  if (apply.altered === undefined) return;
  apply.altered = apply.altered.filter(({ lba }) => isAltered(lba));
  if (apply.altered.length === 0) delete apply.altered;
}
