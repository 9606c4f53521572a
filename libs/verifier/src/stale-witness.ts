import type { Finding, WitnessStep } from '@fenceline/contracts';
import { never, type Apply, type Command, type PayloadId } from '@fenceline/history';
import type { Facts } from './facts.js';
import type { Fences } from './fences.js';
import { succeeded, type LogicalWrite } from './logical-writes.js';
import { atFrame, atRequest, cid, inMs, inSeconds, lbas, toMs } from './sentences.js';
import type { StaleRead } from './stale-reads.js';

/** One request whose apply put an older write over a newer one that was done. */
export interface StaleOverwrite {
  apply: Apply;
  /** The command that the request belongs to; its logical write, and its bytes on the first block. */
  command: Command;
  write: LogicalWrite;
  payload: PayloadId;
  newerApply: Apply;
  newerWrite: LogicalWrite;
  newerPayload: PayloadId;
  /** Blocks concerned; the witness is about the first. */
  lbas: number[];
}

/** The finding of one stale apply: who is to blame, the sentence, and each step with its place. */
export function staleFinding(
  facts: Facts,
  fences: Fences,
  overwrite: StaleOverwrite,
  read: StaleRead | undefined,
): Finding {
  const { history } = facts;
  const { apply, command, newerWrite } = overwrite;
  const association = history.associations[command.association]!;
  const newerDone = newerWrite.commands.find((it) => succeeded(it)) ?? newerWrite.commands[0]!;
  const newerAssociation = history.associations[newerDone.association]!;
  const blame = blameOf(fences, overwrite, association.host, apply.node);
  const since = apply.appliedAt - newerDone.answeredAt;
  const acknowledged = since >= 0 ? `${inSeconds(since)} before` : `${inSeconds(-since)} later`;
  const where = lbas(Math.min(...overwrite.lbas), Math.max(...overwrite.lbas));
  const damage =
    read === undefined
      ? ''
      : `; then the application read payload ${hashOf(facts, overwrite.payload)} where it had been promised ` +
        hashOf(facts, overwrite.newerPayload);
  return {
    rule: 'no-stale-overwrite',
    ...blame.who,
    harm: null,
    sentence:
      `${where}: the write that ${association.host} sent over path ${association.link} at ` +
      `${inMs(command.sentAt)} (${cid(command)}) was applied by node ${apply.node} at ` +
      `${inMs(apply.appliedAt)} over a newer one, acknowledged over path ${newerAssociation.link} ` +
      `${acknowledged}${damage}.`,
    witness: {
      lba: overwrite.lbas[0]!,
      host: association.host,
      path: association.link,
      otherPath: newerAssociation.link,
      steps: steps(facts, overwrite, blame.step, read),
    },
  };
}

interface Blame {
  who: { blame: 'host' | 'target'; blamed: string };
  step: TimedStep | null;
}

/**
 * The target, when it applied the command after its fence end or its time-based bound, or after it had itself
 * answered it; else the host, which let a newer write go too soon. Where the target reports CQT 0 and the
 * profile sets no value for it the target promised nothing, and is not blamed by time.
 */
export function blameOf(
  fences: Fences,
  { apply, command }: Pick<StaleOverwrite, 'apply' | 'command'>,
  host: string,
  node: string,
): Blame {
  const fence = fences.target[command.association]!;
  const bound = fences.targetBound[command.association]!;
  const target = { blame: 'target', blamed: node } as const;
  if (command.answerSentAt < apply.appliedAt) return { who: target, step: null };
  const end =
    fence.at <= bound
      ? { at: fence.at, what: `target fence end, by ${fence.by}` }
      : { at: bound, what: `bound of node ${node} by time, under ${fences.profile.name}` };
  return {
    who: apply.appliedAt > end.at ? target : { blame: 'host', blamed: host },
    step: end.at === never ? null : { t: end.at, what: end.what },
  };
}

interface TimedStep {
  t: number;
  what: string;
  at?: string;
}

function steps(
  facts: Facts,
  { apply, command, write, newerApply, newerWrite }: StaleOverwrite,
  blameStep: TimedStep | null,
  read: StaleRead | undefined,
): WitnessStep[] {
  const { history } = facts;
  const association = history.associations[command.association]!;
  const all: TimedStep[] = [
    ...commandSteps(facts, command, 'the older write'),
    ...applySteps(apply, 'the older write, over the newer one'),
    {
      t: facts.giveUpAt[association.id]!,
      what: `${association.host} gives ${association.label} up`,
      ...(association.giveUpAtFrame === null ? {} : { at: atFrame(association.giveUpAtFrame) }),
    },
    ...write.commands
      .filter((other) => other !== command)
      .flatMap((other) => commandSteps(facts, other, 'the older write again')),
    ...newerWrite.commands.flatMap((newer) => commandSteps(facts, newer, 'the newer write')),
    {
      t: newerApply.appliedAt,
      what: appliedBy(newerApply, 'the newer write'),
      at: atRequest(newerApply),
    },
  ];
  if (blameStep !== null) all.push(blameStep);
  if (read !== undefined) {
    const reader = history.associations[read.command.association]!;
    all.push({
      t: read.command.answeredAt,
      what: `${reader.host} reads ${lbas(read.lba)} on ${reader.label} and gets the older bytes`,
      ...(read.command.answerFrame === null ? {} : { at: atFrame(read.command.answerFrame) }),
    });
  }
  return all
    .filter((step) => Number.isFinite(step.t))
    .sort((a, b) => a.t - b.t)
    .map(({ t, ...step }) => ({ ms: toMs(t), ...step }));
}

function commandSteps({ history }: Facts, command: Command, which: string): TimedStep[] {
  const association = history.associations[command.association]!;
  const { host, label } = association;
  const name = `${command.name} ${lbas(command.slba, command.slba + command.blocks - 1)}`;
  const ending = succeeded(command) ? 'success' : `status 0x${(command.status ?? 0).toString(16)}`;
  return [
    {
      t: command.sentAt,
      what: `${host} sends ${which}, ${name}, ${cid(command)}, on ${label}`,
      at: atFrame(command.sentFrame),
    },
    {
      t: command.answeredAt,
      what: `${host} is told of ${which}, ${cid(command)}: ${ending}`,
      ...(command.answerFrame === null ? {} : { at: atFrame(command.answerFrame) }),
    },
  ];
}

function applySteps(apply: Apply, which: string): TimedStep[] {
  const at = atRequest(apply);
  return [
    { t: apply.receivedAt, what: `the medium's backend receives it from node ${apply.node}`, at },
    { t: apply.heldAt ?? never, what: 'the backend holds it', at },
    { t: apply.appliedAt, what: appliedBy(apply, which), at },
  ];
}

function appliedBy(apply: Apply, which: string): string {
  return `node ${apply.node}'s request is applied: ${which}`;
}

function hashOf({ history }: Facts, payload: PayloadId): string {
  return history.payloadHashes[payload] ?? 'of a deallocated block';
}
