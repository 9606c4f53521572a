import { AdminOpcode } from '@fenceline/nvme';

/** Number of a queue whose Connect was not captured. */
export const UNKNOWN_QUEUE = -1;

/** Is this a command of an admin queue? Where the queue's Connect was not captured it is judged by its looks. */
export function readsAsAdmin(qid: number, opcode: number, nsid: number): boolean {
  if (qid !== UNKNOWN_QUEUE) return qid === 0;
  switch (opcode) {
    case AdminOpcode.identify:
    case AdminOpcode.getFeatures:
    case AdminOpcode.keepAlive:
    case AdminOpcode.crossControllerReset:
      return true;
    case AdminOpcode.getLogPage:
    case AdminOpcode.abort:
    case AdminOpcode.setFeatures:
    case AdminOpcode.asyncEventRequest:
      // The same opcodes are I/O commands, which name one namespace.
      return nsid === 0 || nsid === 0xffff_ffff;
    default:
      return false;
  }
}
