import {
  never,
  RetryDetector,
  type Apply,
  type Association,
  type Command,
  type History,
  type PayloadId,
} from '@fenceline/history';
import { HistoryBuilder } from '../history-builder.testing.js';
import { changesMedium } from './blocks.testing.js';
import { alteredFrom, candidatesFor } from './every-assignment.testing.js';
import type { Bytes, HistoryPlan, OperationPlan, PathPlan } from './small-histories.testing.js';

const payloads = { '0': 0, ones: 1, garbage: 2, x: 3, y: 4 } as const;
const firstOwnPayload = 5;
const payloadCount = 40;

/** Keeps moments of different operations apart, so that their order is never an accident. */
const apartMs = 0.01;
const ns = (ms: number) => Math.round(ms * 1e6);

/** Writes the history that a plan tells. */
export function plannedHistory(plan: HistoryPlan): History {
  return new PlannedHistory(plan).build();
}

/** An operation whose kind, blocks and bytes are settled. */
interface Settled extends OperationPlan {
  payloads: readonly PayloadId[];
  sentMs: number;
  index: number;
}

class PlannedHistory {
  readonly #builder = new HistoryBuilder();
  readonly #operations: Settled[];
  readonly #associations: Association[];
  readonly #written: { command: Command; apply: Apply | null }[] = [];

  constructor(private readonly plan: HistoryPlan) {
    this.#operations = settle(plan.operations);
    this.#associations = plan.paths.map((path, index) => this.#association(path, index));
  }

  build(): History {
    const { plan } = this;
    for (const operation of this.#operations) if (isChange(operation)) this.#write(operation);
    for (const operation of this.#operations) if (!isChange(operation)) this.#ask(operation);
    const built = this.#builder.build();
    const [early, late] = plan.uncertain;
    const history: History = {
      ...built,
      payloadHashes: Array.from({ length: payloadCount }, (_, i) => `hash of ${i}`),
      onesPayload: payloads.ones,
      uncertaintyAt: (t) => ns(t < ns(50) ? early : late),
    };
    for (const command of history.commands) this.#loseLateAnswer(command);
    attribute(history);
    giveUpByRetry(history);
    const { image } = plan;
    return image === null ? history : { ...history, finalImage: this.#image(history, image) };
  }

  #association(path: PathPlan, index: number): Association {
    const sent = this.#operations.filter((it) => it.path === index).map(({ sentMs }) => sentMs);
    const lastSent = Math.max(0, ...sent);
    const givenUpAt = path.givenUp === null ? null : lastSent + path.givenUp.after + apartMs / 2;
    const association = this.#builder.association({
      link: path.link,
      node: this.plan.oneNode ? 'A' : path.link,
      host: path.host,
      katoMs: path.katoMs,
      cqtMs: path.cqtMs,
      tbkas: path.tbkas,
      lastNewHostBytes: lastSent + path.quietAfter,
      ...(path.givenUp === null || givenUpAt === null
        ? {}
        : { givenUp: { at: givenUpAt, by: path.givenUp.by } }),
    });
    if (path.fence !== null) this.#fence(association, path.fence, lastSent);
    return association;
  }

  /** A fence is asked for by a CCR, which is a give-up, or by a reset of a controller given up. */
  #fence(
    association: Association,
    { by, after, transit }: NonNullable<PathPlan['fence']>,
    lastSentMs: number,
  ): void {
    const sent = Math.max(1, lastSentMs + after);
    const asked = ns(sent - 1);
    association.ccrNamedAt = Math.min(association.ccrNamedAt, asked);
    if (asked < association.giveUpAt) {
      association.giveUpAt = asked;
      association.giveUpBy = 'ccr';
    }
    if (by === 'ccr') {
      association.ccrSuccessSentAt = ns(sent + 0.003);
      association.ccrSuccessDeliveredAt = ns(sent + transit + 0.003);
    } else {
      association.resetConfirmedSentAt = ns(sent + 0.004);
      association.resetConfirmedDeliveredAt = ns(sent + transit + 0.004);
    }
  }

  #write(operation: Settled): void {
    const { fate } = operation;
    const command = this.#command(operation, answerOf(operation));
    const completeMs = command.completeAt / 1e6;
    if (fate.kind === 'answer lost' && command.completeAt !== never) {
      command.answerSentAt = ns(completeMs + fate.after + 0.2);
      command.status = 0;
    }
    if (operation.changed === 'on the wire' && operation.kind === 'write') {
      command.deliveredPayloads = [changedPayload(operation), ...operation.payloads.slice(1)];
    }
    const appliedMs = appliedAt(operation, completeMs);
    if (command.completeAt === never || fate.kind === 'dropped') return;
    const parts = operation.isSplit ? operation.blocks : 1;
    const length = operation.blocks / parts;
    for (let first = 0; first < operation.blocks; first += length) {
      const apply = this.#builder.apply(command, {
        applied: appliedMs === null ? null : appliedMs + (first * apartMs) / 10,
        received: completeMs + apartMs,
        blocks: [first, length],
      });
      apply.payloads =
        command.op === 'deallocate'
          ? []
          : (command.deliveredPayloads ?? command.payloads).slice(first, first + length);
      if (operation.changed === 'by the node' && operation.kind === 'write') {
        apply.payloads = [changedPayload(operation), ...apply.payloads.slice(1)];
      }
      this.#written.push({ command, apply });
    }
  }

  /** A read, a Flush, a Keep Alive. */
  #ask(operation: Settled): void {
    const command = this.#command(operation, answerOf(operation));
    if (operation.kind === 'read') {
      const { returns } = operation;
      command.payloads = Array.from({ length: command.blocks }, (_, i) =>
        returns === 'as applied'
          ? this.#heldAt(command.slba + i, command.completeAt)
          : payloadOf(returns, this.#operations),
      );
      return;
    }
    command.op = operation.kind === 'flush' ? 'flush' : 'other';
    command.name = operation.kind === 'flush' ? 'Flush' : 'Keep Alive';
    command.opcode = operation.kind === 'flush' ? 0x00 : 0x18;
    command.qid = operation.kind === 'flush' ? 1 : 0;
    command.blocks = 0;
    command.payloads = [];
  }

  #command(operation: Settled, answeredMs: number | null): Command {
    const { kind, lba, blocks, sentMs, complete, fate } = operation;
    const command = this.#builder.command(this.#associations[operation.path]!, {
      lba,
      bytes: Array.from({ length: blocks }, () => '0'),
      sent: sentMs,
      complete: complete === null ? null : sentMs + complete + apartMs / 10,
      op: kind === 'flush' || kind === 'keep-alive' ? 'read' : kind,
      ...(answeredMs === null ? {} : { answered: answeredMs }),
      ...(fate.kind === 'failed' ? { status: 0x0303 } : {}),
    });
    command.payloads = [...operation.payloads];
    command.fua = operation.fua;
    return command;
  }

  /** A host that has ended an association takes no more answers on it. */
  #loseLateAnswer(command: Command): void {
    const { connections, ...association } = this.#associations[command.association]!;
    const endedAt = Math.min(
      association.ccrSuccessDeliveredAt,
      association.resetConfirmedDeliveredAt,
      ...connections.map(({ hostClosedAt }) => hostClosedAt),
    );
    if (command.answeredAt > endedAt) command.answeredAt = never;
  }

  /** What the medium holds; a trim leaves zeroes. */
  #heldAt(block: number, t: number): PayloadId {
    const applied = this.#written
      .map(({ apply }) => apply!)
      .filter(
        ({ appliedAt, slba, blocks }) => appliedAt < t && slba <= block && block < slba + blocks,
      )
      .sort((a, b) => a.appliedAt - b.appliedAt);
    const last = applied.at(-1);
    return last?.payloads[block - last.slba] ?? 0;
  }

  #image(history: History, image: Bytes | 'as applied'): Map<number, PayloadId> {
    const blocks = history.applies.flatMap(({ slba, blocks: count }) =>
      Array.from({ length: count }, (_, i) => slba + i),
    );
    return new Map(
      [...new Set(blocks)].map((block, i) => [
        block,
        image === 'as applied' || i > 0
          ? this.#heldAt(block, never)
          : payloadOf(image, this.#operations),
      ]),
    );
  }
}

function isChange({ kind }: OperationPlan): boolean {
  return kind === 'write' || kind === 'write-zeroes' || kind === 'deallocate';
}

/** Settles which operation retries which, in the order sent. */
function settle(operations: readonly OperationPlan[]): Settled[] {
  const settled: Settled[] = [];
  for (const [index, operation] of [...operations].sort((a, b) => a.sent - b.sent).entries()) {
    const sentMs = operation.sent + index * apartMs;
    const original = operation.retryOf === null ? undefined : settled[operation.retryOf];
    if (original !== undefined && isChange(original)) {
      const { kind, lba, blocks } = original;
      const sent = [...original.payloads];
      if (operation.changesSecond && sent.length > 1) sent[1] = 2 * firstOwnPayload + 10 + index;
      settled.push({ ...operation, kind, lba, blocks, payloads: sent, sentMs, index });
      continue;
    }
    settled.push({ ...operation, payloads: freshPayloads(operation, index), sentMs, index });
  }
  return settled;
}

function freshPayloads({ kind, bytes, blocks }: OperationPlan, index: number): PayloadId[] {
  if (kind === 'deallocate') return [];
  if (kind === 'write-zeroes') return new Array<number>(blocks).fill(0);
  return Array.from({ length: blocks }, (_, i) =>
    bytes === 'own' ? firstOwnPayload + 2 * index + i : payloads[bytes],
  );
}

/** Bytes that nobody else has. */
function changedPayload({ index }: Settled): PayloadId {
  return 2 * firstOwnPayload + 20 + index;
}

function payloadOf(bytes: Bytes, operations: readonly Settled[]): PayloadId {
  if (typeof bytes === 'string') return payloads[bytes];
  return operations[bytes.of]?.payloads[0] ?? payloads.garbage;
}

/** When the answer was delivered to the host, in ms; null: never. A read waits for no backend. */
function answerOf({ kind, complete, fate, sentMs }: Settled): number | null {
  if (complete === null || fate.kind === 'dropped') return null;
  if (fate.kind === 'held') return kind === 'read' ? sentMs + complete + 1 + apartMs / 5 : null;
  if (fate.kind === 'answer lost') return null;
  return sentMs + complete + fate.after + 0.2 + apartMs / 5;
}

/** When the backend applied it, in ms; null: never. */
function appliedAt({ fate }: Settled, completeMs: number): number | null {
  const soonest = completeMs + 2 * apartMs;
  switch (fate.kind) {
    case 'done':
    case 'answer lost':
      return soonest + fate.after / 2;
    case 'held':
      return Math.max(soonest, fate.until + apartMs / 3);
    case 'cached':
      return fate.until === null ? null : Math.max(soonest, fate.until + apartMs / 3);
    case 'failed':
      return fate.applied ? soonest + fate.after / 2 : null;
    case 'dropped':
      return null;
  }
}

/** Sets the candidates of each apply, as the history does (docs/rules, Attribution). */
function attribute(history: History): void {
  for (const apply of history.applies) {
    const blocks = Array.from({ length: apply.blocks }, (_, i) => apply.slba + i);
    apply.candidates = blocks.map((block) =>
      candidatesFor(history, apply, block).map(({ id }) => id),
    );
    const orphans = blocks.filter((_, i) => apply.candidates[i]!.length === 0);
    const altered = orphans
      .map((lba) => ({ lba, commands: alteredFrom(history, apply, lba).map(({ id }) => id) }))
      .filter(({ commands }) => commands.length > 0);
    if (altered.length > 0) apply.altered = altered;
    if (orphans.length > 0) apply.unattributed = 'no command explains it';
  }
}

/** A retry elsewhere gives the first association up, as the history has it. */
function giveUpByRetry(history: History): void {
  const retries = new RetryDetector((id) => history.associations[id]!);
  const moments = history.commands.filter(changesMedium).flatMap((command) => [
    { t: command.sentAt, tell: () => sent(command) },
    { t: command.answeredAt, tell: () => retries.answered(command) },
  ]);
  for (const { tell } of moments.sort((a, b) => (a.t < b.t ? -1 : a.t > b.t ? 1 : 0))) tell();

  function sent(command: Command): void {
    for (const original of retries.sent(command)) {
      const association = history.associations[original.association]!;
      if (command.sentAt >= association.giveUpAt) continue;
      association.giveUpAt = command.sentAt;
      association.giveUpBy = 'retry';
    }
  }
}
