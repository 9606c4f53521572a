import type { Command, History } from '@fenceline/history';

/** Every block that a command or a request touches. */
export function blocksOf(history: History): number[] {
  const blocks = new Set<number>();
  for (const { slba, blocks: count } of [...history.commands, ...history.applies]) {
    for (let i = 0; i < count; i++) blocks.add(slba + i);
  }
  return [...blocks].sort((a, b) => a - b);
}

export function covers({ slba, blocks }: { slba: number; blocks: number }, block: number): boolean {
  return slba <= block && block < slba + blocks;
}

export function changesMedium({ op }: Command): boolean {
  return op === 'write' || op === 'write-zeroes' || op === 'deallocate';
}

/** Success was delivered to the host. */
export function succeeded({ status, answeredAt }: Command): boolean {
  return status === 0 && Number.isFinite(answeredAt);
}

/** Sent, and no answer delivered yet. */
export function isOutstandingAt({ sentAt, answeredAt }: Command, t: number): boolean {
  return sentAt < t && t < answeredAt;
}

/** What a block holds after a deallocation: as before, zeroes or FFh, so it has no bytes of its own. */
export type Bytes = number | 'deallocated';

/** What a command sends for a block. */
export function sentBytes(command: Command, block: number): Bytes {
  if (command.op === 'deallocate') return 'deallocated';
  return command.payloads[block - command.slba]!;
}

/** What a command does to a block: a retransmission may have changed what was delivered to the node. */
export function takenBytes(command: Command, block: number): Bytes {
  if (command.op === 'deallocate') return 'deallocated';
  return (command.deliveredPayloads ?? command.payloads)[block - command.slba]!;
}

/** The commands that change a block, in the order sent. */
export function changesOf(history: History, block: number): Command[] {
  return history.commands
    .filter((command) => changesMedium(command) && covers(command, block))
    .sort((a, b) => a.sentAt - b.sentAt);
}

/** The reads of a block that were answered with success, with what they returned. */
export function readsOf(history: History, block: number): { command: Command; value: number }[] {
  return history.commands
    .filter((command) => command.op === 'read' && covers(command, block) && succeeded(command))
    .map((command) => ({ command, value: command.payloads[block - command.slba]! }));
}
