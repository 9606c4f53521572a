import type { WitnessStep } from '@fenceline/contracts';
import { never, type Apply, type Command, type History, type PayloadId } from '@fenceline/history';
import type { BlockApply } from './assignments.js';
import type { Block } from './blocks.js';
import type { Facts } from './facts.js';
import type { Fences } from './fences.js';
import { succeeded, type LogicalWrite } from './logical-writes.js';
import type { Illegal, Observation } from './register.js';
import { atFrame, atRequest, cid, inMs, inSeconds, toMs } from './sentences.js';
import { blameOf } from './stale-witness.js';
import { boundsOf } from './write-bounds.js';

/** Whose doing a value is that no legal order allows. */
export interface Origin {
  blame: 'host' | 'target';
  blamed: string;
  /** The request that put it over the newer one, and its command; null where none did. */
  late: { apply: Apply; command: Command } | null;
}

/**
 * Whose doing a wrong value is. Where the older write was applied over a newer one, after its closing, whoever
 * is to blame for that apply (no-stale-overwrite); or the newer one where that was applied after its closing,
 * and was not there yet. Else the target, of which the given node answered.
 */
export function originOf(
  { history, blocks }: Facts,
  fences: Fences,
  block: Block,
  illegal: Illegal<Observation>,
  node: string,
): Origin {
  const target = { blame: 'target', blamed: node, late: null } as const;
  const { applies, writes } = block;
  const position = isSeenLater(illegal)
    ? applyOfNewer(block, illegal)
    : applyOfValue(block, illegal.observation);
  const { apply, command: id } = applies[position] ?? { command: null };
  const write = id === null ? undefined : writes.of(id);
  if (apply === undefined || id === null || write === undefined) return target;
  const command = history.commands[id]!;
  const { soonest: closedAt } = boundsOf(blocks, block, write, command, fences).earliestClosed;
  if (closedAt >= apply.appliedAt) return target;
  const isNewer = ({ payload, command: other }: BlockApply) => {
    if (payload === illegal.newer?.payload) return true;
    const over = other === null ? undefined : writes.of(other);
    return over !== undefined && over.succeededAt !== never && over.firstSentAt > closedAt;
  };
  if (!isSeenLater(illegal) && !applies.slice(0, position).some(isNewer)) return target;
  const late = { apply, command };
  const { host } = history.associations[command.association]!;
  return { ...blameOf(fences, late, host, apply.node).who, late };
}

/**
 * The position of the apply that gave the block a value, where nothing replaced it before it was seen; else -1.
 * One that leaves the bytes as they are gives nothing.
 */
function applyOfValue({ applies }: Block, { payload, from, to }: Observation): number {
  let position = -1;
  let content: PayloadId | undefined;
  for (const [index, it] of applies.entries()) {
    if (it.apply.appliedAt > to) continue;
    if (it.payload === payload && it.payload !== content) position = index;
    else if (it.payload !== payload && it.apply.appliedAt < from) position = -1;
    content = it.payload;
  }
  return position;
}

/** The position of the apply of the newer value, where it came between the older one and the newer one; else -1. */
function applyOfNewer(
  { applies }: Block,
  { observation, newer, shownBy }: Illegal<Observation>,
): number {
  const first = applies.findIndex(({ payload }) => payload === newer?.payload);
  const appliedAt = applies[first]?.apply.appliedAt ?? never;
  return appliedAt > observation.from && appliedAt < shownBy ? first : -1;
}

/** The newer value was seen only after the wrong one. */
function isSeenLater({ observation, shownBy }: Illegal<Observation>): boolean {
  return shownBy >= observation.to;
}

/** What a wrong value is, for a sentence. */
export function wrongValue(history: History, { observation, write }: Illegal<Observation>): string {
  if (write === null) return 'what the block held before any write';
  const hash = hashOf(history, observation.payload);
  return write === undefined ? `${hash}, which nobody had written there` : hash;
}

/** Why the value is wrong, and how it came about; empty where the sentence has said so. */
export function whyWrong(
  history: History,
  illegal: Illegal<Observation>,
  { late }: Origin,
): string {
  const { observation, newer } = illegal;
  if (newer === null) return '';
  const { acknowledged, path } = doneOf(history, newer);
  const hash = hashOf(history, newer.payload);
  if (isSeenLater(illegal)) {
    const landed =
      late === null
        ? ''
        : `, and which node ${late.apply.node} had applied only at ${inMs(late.apply.appliedAt)}`;
    return `, before the newer ${hash}, which was read later though its write was closed by then${landed}`;
  }
  const known =
    acknowledged < observation.from
      ? `acknowledged over path ${path} ${inSeconds(observation.from - acknowledged)} before`
      : 'read before';
  const landed =
    late === null
      ? ''
      : `; node ${late.apply.node} had applied the older one late, at ${inMs(late.apply.appliedAt)}`;
  return `, where the newer ${hash} had been ${known}${landed}`;
}

/** The path over which the newer write was acknowledged. */
export function pathOf(history: History, newer: LogicalWrite | null): string | undefined {
  return newer === null ? undefined : doneOf(history, newer).path;
}

/** The node that acknowledged a write, or of its first command where none did. */
export function nodeOf(history: History, write: LogicalWrite | null): string | undefined {
  if (write === null) return undefined;
  return history.associations[doneOf(history, write).command.association]!.node;
}

/** The steps of the older write, the newer one and the late apply, as far as there are any. */
export function stepsOf(
  history: History,
  illegal: Illegal<Observation>,
  { late }: Origin,
): WitnessStep[] {
  const { write, newer } = illegal;
  const steps: WitnessStep[] = [];
  const older = isSeenLater(illegal) ? write?.commands[0] : (late?.command ?? write?.commands[0]);
  if (older !== undefined) steps.push(...commandSteps(history, older, 'the older write'));
  if (newer !== null) {
    steps.push(...commandSteps(history, doneOf(history, newer).command, 'the newer write'));
  }
  if (late !== null) {
    const { apply } = late;
    const which = isSeenLater(illegal)
      ? 'the newer write, after it was closed'
      : 'the older write, over the newer one';
    const what = `node ${apply.node}'s request is applied: ${which}`;
    steps.push({ ms: toMs(apply.appliedAt), what, at: atRequest(apply) });
  }
  return steps.filter(({ ms }) => Number.isFinite(ms)).sort((a, b) => a.ms - b.ms);
}

/** `payload 4cd7c092b3a119c3`. */
function hashOf({ payloadHashes }: History, payload: PayloadId): string {
  return `payload ${payloadHashes[payload] ?? 'of a deallocated block'}`;
}

function doneOf(history: History, write: LogicalWrite) {
  const command = write.commands.find((it) => succeeded(it)) ?? write.commands[0]!;
  const { link } = history.associations[command.association]!;
  return { command, acknowledged: write.succeededAt, path: link };
}

function commandSteps(history: History, command: Command, which: string): WitnessStep[] {
  const { host, label } = history.associations[command.association]!;
  const ending = succeeded(command) ? 'success' : 'an error';
  return [
    {
      ms: toMs(command.sentAt),
      what: `${host} sends ${which} on ${label}, ${cid(command)}`,
      at: atFrame(command.sentFrame),
    },
    {
      ms: toMs(command.answeredAt),
      what: `${host} is told of ${which}, ${cid(command)}: ${ending}`,
      ...(command.answerFrame === null ? {} : { at: atFrame(command.answerFrame) }),
    },
  ];
}
