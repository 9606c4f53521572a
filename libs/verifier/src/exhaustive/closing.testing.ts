import type { Command, History } from '@fenceline/history';
import type { Profile } from '../profiles.js';
import { succeeded } from './blocks.testing.js';
import { hostFenceEnd } from './fence-ends.testing.js';
import type { LogicalWrite } from './groupings.testing.js';
import { stamped, type Reading } from './reading.testing.js';

/**
 * Was a logical write closed when something was sent? It is closed when success of one of its commands is
 * delivered to the host, or at its host fence end, which is that of the last of its associations. A command
 * answered before that ends with the answer, and one that is sent after the fence end as it is sent.
 */
export function isClosedBefore(
  history: History,
  profile: Profile,
  reading: Reading,
  write: LogicalWrite,
  sentAt: number,
): boolean {
  if (write.some((command) => sentAt <= command.sentAt)) return false;
  const isAnswered = ({ answeredAt }: Command) => reading.answeredBeforeSent(answeredAt, sentAt);
  const isFenced = (command: Command) =>
    hostFenceEnd(history, history.associations[command.association]!, profile)
      .filter((end) => end.at < command.answeredAt)
      .map((end) => (end.at < command.sentAt ? stamped(command.sentAt) : end))
      .some((end) => reading.endedBeforeSent(end, sentAt));
  return (
    write.some((command) => succeeded(command) && isAnswered(command)) ||
    write.every((command) => isAnswered(command) || isFenced(command))
  );
}
