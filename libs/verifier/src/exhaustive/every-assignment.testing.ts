import type { Apply, Command, History } from '@fenceline/history';
import { changesMedium, covers } from './blocks.testing.js';

/** Which command each request that was applied to a block carried out, in the order on the medium. */
export type Assignment = readonly { apply: Apply; command: Command }[];

/** The requests that were applied to a block, in the order on the medium. */
export function appliedTo(history: History, block: number): Apply[] {
  return history.applies
    .filter((apply) => Number.isFinite(apply.appliedAt) && covers(apply, block))
    .sort((a, b) => a.id - b.id);
}

/**
 * Every consistent assignment of a block's applies to commands: each to one that may have caused it, none
 * to two. An apply that no command explains but for its bytes is nobody's.
 */
export function* assignments(history: History, block: number): Generator<Assignment> {
  const applies = appliedTo(history, block).filter(
    (apply) => candidatesFor(history, apply, block).length > 0,
  );
  yield* assigned(applies, []);

  function* assigned(rest: readonly Apply[], done: Assignment): Generator<Assignment> {
    const [apply, ...later] = rest;
    if (apply === undefined) {
      yield done;
      return;
    }
    for (const command of candidatesFor(history, apply, block)) {
      if (done.some((other) => other.command === command)) continue;
      yield* assigned(later, [...done, { apply, command }]);
    }
  }
}

/**
 * The commands that the medium was seen to carry out on a block: the only one that an apply leaves, when those
 * are left out that are the only one of another.
 */
export function settledCommands(history: History, block: number): Set<Command> {
  const applies = appliedTo(history, block);
  const settled = new Set<Command>();
  for (;;) {
    const next = applies
      .map((apply) => candidatesFor(history, apply, block))
      .map((all) => (all.length === 1 ? all : all.filter((command) => !settled.has(command))))
      .filter((left) => left.length === 1)
      .flat()
      .find((command) => !settled.has(command));
    if (next === undefined) return settled;
    settled.add(next);
  }
}

/**
 * The commands that may have caused a request on a block (docs/rules, Attribution): at that node, covering
 * the block with that payload, complete before the backend received it, the answer not yet gone.
 */
export function candidatesFor(history: History, apply: Apply, block: number): Command[] {
  return fitting(history, apply, block).filter((command) => brings(command, apply, block));
}

/** The commands that fit in all but the bytes, where no command brought those bytes to the node at all. */
export function alteredFrom(history: History, apply: Apply, block: number): Command[] {
  const isKnown = history.commands.some(
    (command) =>
      mayBecome(command, apply) &&
      covers(command, block) &&
      isAt(history, command, apply) &&
      brings(command, apply, block),
  );
  return isKnown ? [] : fitting(history, apply, block);
}

function fitting(history: History, apply: Apply, block: number): Command[] {
  return history.commands.filter(
    (command) =>
      mayBecome(command, apply) &&
      covers(command, block) &&
      isAt(history, command, apply) &&
      command.completeAt <= apply.receivedAt &&
      apply.receivedAt < command.answerSentAt,
  );
}

function isAt(history: History, command: Command, { node, link }: Apply): boolean {
  const association = history.associations[command.association]!;
  return association.node === node && (link === undefined || association.link === link);
}

/** Write Zeroes may arrive as a write of zeroes or as a trim, a write of zeroes as Write Zeroes. */
function mayBecome(command: Command, { op }: Apply): boolean {
  if (!changesMedium(command)) return false;
  if (command.op === 'write-zeroes') return true;
  return command.op === op || (command.op === 'write' && op === 'write-zeroes');
}

function brings(command: Command, apply: Apply, block: number): boolean {
  if (apply.op === 'deallocate') return true;
  const delivered = command.deliveredPayloads ?? command.payloads;
  return delivered[block - command.slba] === apply.payloads[block - apply.slba];
}
