import type { WitnessStep } from '@fenceline/contracts';
import type { Apply, Command, History, PayloadId } from '@fenceline/history';
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
 * Whose doing a wrong value is. Where the older write was applied over the newer one, after its closing,
 * whoever is to blame for that apply (no-stale-overwrite); else the target, of which the given node answered.
 */
export function originOf(
  { history, blocks }: Facts,
  fences: Fences,
  block: Block,
  illegal: Illegal<Observation>,
  node: string,
): Origin {
  const late = applyOver(history, block, illegal);
  const write = late === null ? undefined : block.writes.of(late.command.id);
  if (late === null || write === undefined) return { blame: 'target', blamed: node, late: null };
  const { apply, command } = late;
  const { earliestClosed } = boundsOf(blocks, block, write, command, fences);
  if (earliestClosed.soonest >= apply.appliedAt) {
    return { blame: 'target', blamed: node, late: null };
  }
  const { host } = history.associations[command.association]!;
  return { ...blameOf(fences, late, host, apply.node).who, late };
}

/**
 * The apply that gave the block the wrong value, over the newer one, where nothing replaced it before it was
 * seen. One that leaves the bytes as they are gives nothing.
 */
function applyOver(
  history: History,
  { applies }: Block,
  { observation, newer }: Illegal<Observation>,
): Origin['late'] {
  if (newer === null) return null;
  let isAfterNewer = false;
  let content: PayloadId | undefined;
  let over: BlockApply | null = null;
  for (const it of applies) {
    const { appliedAt } = it.apply;
    if (appliedAt > observation.to) continue;
    if (it.payload !== observation.payload) {
      if (appliedAt < observation.from) over = null;
    } else if (it.payload !== content && isAfterNewer) {
      over = it;
    }
    if (it.payload === newer.payload) isAfterNewer = true;
    content = it.payload;
  }
  if (over === null || over.command === null) return null;
  return { apply: over.apply, command: history.commands[over.command]! };
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
  { observation, newer }: Illegal<Observation>,
  { late }: Origin,
): string {
  if (newer === null) return '';
  const { acknowledged, path } = doneOf(history, newer);
  const hash = hashOf(history, newer.payload);
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
  { write, newer }: Illegal<Observation>,
  { late }: Origin,
): WitnessStep[] {
  const steps: WitnessStep[] = [];
  const older = late?.command ?? write?.commands[0];
  if (older !== undefined) steps.push(...commandSteps(history, older, 'the older write'));
  if (newer !== null) {
    steps.push(...commandSteps(history, doneOf(history, newer).command, 'the newer write'));
  }
  if (late !== null) {
    const { apply } = late;
    const what = `node ${apply.node}'s request is applied: the older write, over the newer one`;
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
