import type { Apply, Command, History } from '@fenceline/history';
import type { Profile } from '../profiles.js';
import { takenBytes, succeeded, type Bytes } from './blocks.testing.js';
import { isClosedBefore } from './closing.testing.js';
import type { Assignment } from './every-assignment.testing.js';
import type { LogicalWrite } from './groupings.testing.js';
import type { Reading } from './reading.testing.js';

/** What was applied to one block in one world. */
export interface Applied {
  history: History;
  profile: Profile;
  reading: Reading;
  writes: readonly LogicalWrite[];
  assignment: Assignment;
  block: number;
}

/**
 * The applies that are stale in one world (docs/rules/no-stale-overwrite.md): a command of W is applied over
 * V, later in the medium's order whatever lies between, W was closed before V's first command was sent, and
 * V succeeded. One that leaves the block's bytes as they are, or equal to V's, is not.
 */
export function staleApplies({
  history,
  profile,
  reading,
  writes,
  assignment,
  block,
}: Applied): { apply: Apply; command: Command }[] {
  const writeOf = (command: Command) => writes.find((write) => write.includes(command))!;
  return assignment.filter(({ command }, position) => {
    const bytes = takenBytes(command, block);
    const before = assignment.slice(0, position);
    if (bytes === held(before, block)) return false;
    const older = writeOf(command);
    return before.some((over) => {
      const newer = writeOf(over.command);
      return (
        newer !== older &&
        newer.some(succeeded) &&
        takenBytes(over.command, block) !== bytes &&
        isClosedBefore(history, profile, reading, older, newer[0]!.sentAt)
      );
    });
  });
}

/** What a block holds after some applies. */
function held(applied: Assignment, block: number): Bytes {
  const last = applied.at(-1);
  return last === undefined ? 0 : takenBytes(last.command, block);
}
