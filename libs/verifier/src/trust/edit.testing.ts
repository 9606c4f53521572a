import {
  never,
  type Apply,
  type Association,
  type Command,
  type PayloadId,
} from '@fenceline/history';
import type { Failover, Held, Sending, Story } from './story.testing.js';

/** What mutations do to a story, in ms. Moments that did not come stay so. */

/** Moves a command, and its request with it, so that it is sent at that moment. */
export function sendAt({ command, apply }: Sending, sent: number): void {
  const by = sent * 1e6 - command.sentAt;
  shift(command, by);
  if (apply !== null) {
    apply.receivedAt += by;
    apply.appliedAt += by;
  }
}

export function shift(command: Command, ns: number): void {
  command.sentAt += ns;
  command.completeAt += ns;
  command.answerSentAt += ns;
  command.answeredAt += ns;
}

/** When the command was sent, in ms. */
function sentMs({ command }: Sending): number {
  return command.sentAt / 1e6;
}

/** The command goes over another association. */
export function goOver({ command, apply }: Sending, { id, node, link }: Association): void {
  command.association = id;
  command.connection = id;
  command.sentFrame = { ...command.sentFrame, file: `${link}.host.pcapng` };
  if (apply !== null) apply.node = node;
}

/** As if it had not been. */
export function takeBack({ builder }: Story, { command, apply }: Sending): void {
  builder.remove(command);
  if (apply !== null) builder.removeApply(apply);
}

/** A sending loses its request: the node never gave it to the medium. */
export function loseApply({ builder }: Story, { apply }: Sending): void {
  builder.removeApply(apply!);
}

/** One whose original was applied: the backend had received it long before any retry. */
export function landed({ random }: Story, { held }: Failover): Held & { apply: Apply } {
  const it = random.pick(held.filter(({ original }) => original.apply !== null));
  return { ...it, apply: it.original.apply! };
}

export function landAt(apply: Apply, ms: number): void {
  apply.appliedAt = Math.round(ms * 1e6);
}

/** Sends blocks with these bytes once more, as another command. */
export function sendAgain(
  story: Story,
  over: Association,
  lba: number,
  payloads: readonly PayloadId[],
  sent: number,
): Sending {
  const again = story.quickWrite(
    over,
    lba,
    payloads.map(() => '0'),
    sent,
  );
  again.command.payloads = [...payloads];
  again.apply!.payloads = [...payloads];
  return again;
}

/** The retries of a write as one command. */
export function joinRetries(story: Story, held: Held): Sending {
  const [first] = held.retries as [Sending, ...Sending[]];
  if (held.retries.length === 1) return first;
  for (const retry of held.retries) takeBack(story, retry);
  const { slba, payloads } = held.original.command;
  const over = story.builder.associationOf(first.command);
  const joined = sendAgain(story, over, slba, payloads, sentMs(first));
  held.retries = [joined];
  return joined;
}

/** The write's answer never came, or did not leave the node. */
export function leaveUnanswered(command: Command): void {
  Object.assign(command, {
    answerSentAt: never,
    answeredAt: never,
    answerFrame: null,
    status: null,
  });
}

/** When the host first showed that it gives the association up, in ms. */
export function giveUpMs({ givenUpAt, held }: Failover): number {
  const retries = held.flatMap((it) => it.retries.map((retry) => sentMs(retry)));
  return Math.min(givenUpAt ?? Infinity, ...retries);
}
