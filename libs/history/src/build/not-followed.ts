import { AdminOpcode, IoOpcode, Status } from '@fenceline/nvme';
import { never, type Association, type Command, type InstrumentProblem } from '../model.js';

const ioCommands: ReadonlySet<number> = new Set([IoOpcode.copy, IoOpcode.writeUncorrectable]);
const adminCommands: ReadonlySet<number> = new Set([AdminOpcode.formatNvm, AdminOpcode.sanitize]);

/**
 * Commands that change the medium without carrying its bytes, which a history does not follow: Copy, Write
 * Uncorrectable, Format NVM and Sanitize. Where one reached a node, and was not refused, nothing can be said for certain
 * of any block. The first of each kind is told.
 */
export function notFollowed(
  commands: readonly Command[],
  associations: readonly Association[],
): InstrumentProblem[] {
  const problems = new Map<string, InstrumentProblem>();
  for (const { qid, opcode, name, status, completeAt, association } of commands) {
    if (!(qid === 0 ? adminCommands : ioCommands).has(opcode) || completeAt === never) continue;
    if ((status ?? Status.success) !== Status.success || problems.has(name)) continue;
    const { host, link } = associations[association]!;
    problems.set(name, {
      t: completeAt,
      instrument: 'decoder',
      message: `${host} sent a ${name} over ${link}: what it does to the medium is not followed`,
    });
  }
  return [...problems.values()];
}
