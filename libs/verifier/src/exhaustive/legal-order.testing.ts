import { never, type Command, type History } from '@fenceline/history';
import type { Profile } from '../profiles.js';
import { sentBytes, succeeded, takenBytes, type Bytes } from './blocks.testing.js';
import { isClosedBefore } from './closing.testing.js';
import type { LogicalWrite } from './groupings.testing.js';
import type { Reading } from './reading.testing.js';

/** What was seen of a block: a read, or the image at the end (sent and answered when all is over). */
export interface Seen {
  value: number;
  sentAt: number;
  answeredAt: number;
}

export function atTheEnd(value: number): Seen {
  return { value, sentAt: never, answeredAt: never };
}

/** The register of one block in one world. */
export interface Register {
  history: History;
  profile: Profile;
  reading: Reading;
  block: number;
  writes: readonly LogicalWrite[];
  /** Logical writes that must have taken effect: those done, unless a cache may have lost them. */
  mustHave: (write: LogicalWrite) => boolean;
}

/** A command that takes effect, or something that was seen. */
type Step = Seen | Effect;

interface Effect {
  write: LogicalWrite;
  command: Command;
  bytes: Bytes;
}

/**
 * Is there an order of effects that explains all that was seen (docs/rules/reads-consistent.md)? Each command
 * may take effect once, at a moment between its sending and the closing of its logical write; a logical
 * write that must have taken effect did so by its success. Tries every order.
 */
export function hasLegalOrder(register: Register, seen: readonly Seen[]): boolean {
  const { history, profile, reading, block, writes, mustHave } = register;
  const steps: Step[] = [
    ...seen,
    ...writes.flatMap((write) => write.flatMap((command) => effectsOf(write, command))),
  ];
  const precedes = steps.map((a) => steps.map((b) => a !== b && endsBefore(a, sentAtOf(b))));
  const failed = new Set<string>();
  return canGoOn(new Set(), new Set(), new Set([0]));

  /**
   * @param past - steps that were taken, and effects that can be no more
   * @param effective - logical writes that took effect
   * @param values - what the block may hold
   */
  function canGoOn(
    past: ReadonlySet<Step>,
    effective: ReadonlySet<LogicalWrite>,
    values: ReadonlySet<number>,
  ): boolean {
    if (seen.every((it) => past.has(it))) return true;
    const state = [
      steps.map((step) => (past.has(step) ? 1 : 0)).join(''),
      writes.map((write) => (effective.has(write) ? 1 : 0)).join(''),
      [...values].sort((a, b) => a - b).join(),
    ].join(' ');
    if (failed.has(state)) return false;
    if (steps.some((step) => !past.has(step) && canTake(step, past, effective, values)))
      return true;
    failed.add(state);
    return false;
  }

  function canTake(
    step: Step,
    past: ReadonlySet<Step>,
    effective: ReadonlySet<LogicalWrite>,
    values: ReadonlySet<number>,
  ): boolean {
    const missed = steps.filter(
      (other, i) => !past.has(other) && precedes[i]![steps.indexOf(step)],
    );
    if (missed.some((other) => !('write' in other))) return false;
    const isDue = (write: LogicalWrite) =>
      mustHave(write) &&
      !write.some(isChanged) &&
      write.some(
        (it) => succeeded(it) && reading.answeredBeforeSent(it.answeredAt, sentAtOf(step)),
      );
    if (writes.some((write) => isDue(write) && !effective.has(write))) return false;
    const now = new Set([...past, ...missed, step]);
    if (!('write' in step)) return values.has(step.value) && canGoOn(now, effective, values);
    return canGoOn(now, new Set([...effective, step.write]), after(step.bytes, values));
  }

  /** Bytes that were changed on their way may have had effect as they were, or as they became. */
  function effectsOf(write: LogicalWrite, command: Command): Effect[] {
    const both = [takenBytes(command, block), sentBytes(command, block)];
    return [...new Set(both)].map((bytes) => ({ write, command, bytes }));
  }

  function isChanged(command: Command): boolean {
    return takenBytes(command, block) !== sentBytes(command, block);
  }

  function after(bytes: Bytes, values: ReadonlySet<number>): ReadonlySet<number> {
    if (bytes !== 'deallocated') return new Set([bytes]);
    return new Set([
      ...values,
      0,
      ...(history.onesPayload === undefined ? [] : [history.onesPayload]),
    ]);
  }

  function endsBefore(step: Step, sentAt: number): boolean {
    return 'write' in step
      ? isClosedBefore(history, profile, reading, step.write, sentAt)
      : reading.answeredBeforeSent(step.answeredAt, sentAt);
  }
}

function sentAtOf(step: Step): number {
  return 'write' in step ? step.command.sentAt : step.sentAt;
}
