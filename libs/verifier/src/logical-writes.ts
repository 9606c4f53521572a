import { never, type Apply, type Command, type PayloadId } from '@fenceline/history';

/**
 * A host's first command on a block together with its retries: same host, same block and payload, sent on
 * another association while an earlier one was outstanding. It belongs to one block.
 */
export interface LogicalWrite {
  host: string;
  payload: PayloadId;
  /** In the order sent; the first is the original. */
  commands: Command[];
  firstSentAt: number;
  /** The first success of one of its commands was delivered to the host; `never` when none was. */
  succeededAt: number;
}

/** A later command of a logical write, sent while an earlier one of another association was outstanding. */
export interface Retry {
  original: Command;
  retry: Command;
  /** First block that was sent again. */
  lba: number;
  /**
   * False where the same bytes were also written otherwise, or the original's bytes were never sent in full,
   * so that the second sending may be a write of the application's own.
   */
  certain: boolean;
}

/** Stands for the content of a deallocated block, which has no payload of its own. */
export const deallocated: PayloadId = -1;

/** Payload that an apply gives to its block number `index`, or undefined when its data was never seen. */
export function payloadOf(apply: Apply, index: number): PayloadId | undefined {
  return apply.payloads[index] ?? (apply.op === 'deallocate' ? deallocated : undefined);
}

/** Payload that a command sent for a block; undefined where it was never seen. */
export function sentPayload({ op, slba, payloads }: Command, lba: number): PayloadId | undefined {
  return op === 'deallocate' ? deallocated : payloads[lba - slba];
}

/** Whether the host was told of success. */
export function succeeded(command: Command): boolean {
  return command.status === 0 && command.answeredAt !== never;
}

/** One command of a logical write, read as a write of its own. */
export function loneWrite({ host, payload }: LogicalWrite, command: Command): LogicalWrite {
  return newWrite(command, host, payload);
}

function newWrite(command: Command, host: string, payload: PayloadId): LogicalWrite {
  return {
    host,
    payload,
    commands: [command],
    firstSentAt: command.sentAt,
    succeededAt: succeeded(command) ? command.answeredAt : never,
  };
}

/**
 * Sorts one block's medium-changing commands, taken in the order sent, into logical writes.
 *
 * Order of an answer and a retry is causal: both are moments of our own process, and a retry that we read
 * before we handed the answer over was sent without it.
 */
export class LogicalWritesOfBlock {
  readonly writes: LogicalWrite[] = [];
  /** Made when it is first asked for, and again where commands came since. */
  #writeOf: Map<number, LogicalWrite> | null = null;
  /** Of bytes that several commands carry; null where there are none, as on nearly every block. */
  #byPayload: Map<PayloadId, SameBytes> | null = null;
  #kinOf: Map<number, Command[]> | null = null;

  /** Is each write one command? */
  get withoutRetries(): boolean {
    return this.writes.every(({ commands }) => commands.length === 1);
  }

  /**
   * @param isUnique - no other command carries these bytes
   * @returns true when the bytes are evidently written more than once by the application, so that a
   * retry of them cannot be told from another write.
   */
  add(command: Command, host: string, payload: PayloadId, isUnique = false): boolean {
    this.#writeOf = null;
    if (isUnique) {
      this.writes.push(newWrite(command, host, payload));
      return false;
    }
    this.#byPayload ??= new Map();
    const same = this.#byPayload.get(payload);
    this.#joinKin(command, host, same);
    if (same !== undefined) {
      forgetEnded(same, command.sentAt);
      const open = same.open.find((write) => write.host === host && isRetryOf(write, command));
      if (open !== undefined) {
        open.commands.push(command);
        if (succeeded(command)) open.succeededAt = Math.min(open.succeededAt, command.answeredAt);
        return false;
      }
    }
    const write = newWrite(command, host, payload);
    this.writes.push(write);
    if (same === undefined) {
      const outstanding = [{ command, host }];
      this.#byPayload.set(payload, { host, open: [write], succeeded: false, outstanding });
      return false;
    }
    const repeated = same.succeeded || same.open.length > 0 || same.host !== host;
    same.open.push(write);
    return repeated;
  }

  /** The write of a command, by the command's number. */
  of(command: number): LogicalWrite | undefined {
    this.#writeOf ??= new Map(
      this.writes.flatMap((write) => write.commands.map(({ id }) => [id, write] as const)),
    );
    return this.#writeOf.get(command);
  }

  /**
   * A command with all those that may belong to one logical write with it where bytes repeat: each pair of
   * same host and bytes of which one was outstanding when the other was sent on another association, and the
   * pairs of those. Which of them are retries, and of which, the bytes do not tell.
   */
  kinOf(command: number): readonly Command[] {
    // Bytes that no other command carries leave it alone in its write.
    return this.#kinOf?.get(command) ?? this.of(command)!.commands;
  }

  #joinKin(command: Command, host: string, same: SameBytes | undefined): void {
    let kin = [command];
    const kinOf = (this.#kinOf ??= new Map<number, Command[]>());
    kinOf.set(command.id, kin);
    if (same === undefined) return;
    same.outstanding = same.outstanding.filter((it) => it.command.answeredAt > command.sentAt);
    for (const earlier of same.outstanding) {
      const others = kinOf.get(earlier.command.id)!;
      const isKin = earlier.host === host && earlier.command.association !== command.association;
      if (!isKin || others === kin) continue;
      kin = [...others, ...kin];
      for (const { id } of kin) kinOf.set(id, kin);
    }
    same.outstanding.push({ command, host });
  }
}

/** The writes of one block that carry the same bytes: those that a command may still belong to. */
interface SameBytes {
  host: string;
  open: LogicalWrite[];
  /** One of them succeeded: the next one is another write. */
  succeeded: boolean;
  /** Commands that were not answered yet. */
  outstanding: { command: Command; host: string }[];
}

/** A write that succeeded, or of which every command failed, takes no retry. Keeps the list short. */
function forgetEnded(same: SameBytes, now: number): void {
  same.open = same.open.filter((write) => {
    if (write.succeededAt <= now) same.succeeded = true;
    else if (write.commands.some((command) => command.answeredAt > now)) return true;
    return false;
  });
}

function isRetryOf(write: LogicalWrite, command: Command): boolean {
  let outstandingElsewhere = false;
  for (const earlier of write.commands) {
    if (earlier.answeredAt <= command.sentAt) continue;
    // A host never has two commands of one write outstanding on one association: this is another write.
    if (earlier.association === command.association) return false;
    outstandingElsewhere = true;
  }
  return outstandingElsewhere;
}
