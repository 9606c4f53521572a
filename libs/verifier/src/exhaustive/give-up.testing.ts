import { never, type Association, type Command, type History } from '@fenceline/history';
import { blocksOf, changesMedium, changesOf, covers } from './blocks.testing.js';
import { isCertain, originalsOf } from './groupings.testing.js';

/**
 * When a host gave an association up (docs/rules, Moments): the first FIN or RST on any of its connections, a
 * CCR that names it, a retry of one of its outstanding commands elsewhere. Equal bytes that may as well be
 * those of two writers are no give-up.
 */
export function giveUpOf(history: History, association: Association): number {
  const known = knownGiveUps.get(association) ?? findGiveUp(history, association);
  knownGiveUps.set(association, known);
  return known;
}

/** It is asked for at every comparison, and is the same in all worlds. */
const knownGiveUps = new WeakMap<Association, number>();

function findGiveUp(history: History, association: Association): number {
  const retries = history.commands
    .filter((command) => command.association === association.id && changesMedium(command))
    .map((command) => firstRetryOf(history, command));
  return Math.min(
    association.giveUpBy === 'retry' ? never : association.giveUpAt,
    association.ccrNamedAt,
    ...association.connections.map(({ hostClosedAt }) => hostClosedAt),
    ...retries,
  );
}

/** When a block of a command was certainly sent again elsewhere for the first time. */
function firstRetryOf(history: History, command: Command): number {
  const retries = blocksOf(history)
    .filter((block) => covers(command, block) && isCertain(history, command, block))
    .flatMap((block) =>
      changesOf(history, block).filter(
        (retry) => originalsOf(history, block, retry, [command]).length > 0,
      ),
    );
  return Math.min(never, ...retries.map(({ sentAt }) => sentAt));
}
