import { ServiceProblem, ServiceUnreachable } from '@fenceline/client';
import { ExitCode } from '@fenceline/contracts/exit-code';
import { VmError } from '@fenceline/vm';
import { CommanderError } from 'commander';
import { MachineError } from './machine-error.js';
import { explainService } from './service/explain-service.js';
import { UsageError } from './usage-error.js';

/** What a folder, a program or the system refused: its message says where, and our stack says nothing. */
function isOfTheMachine(error: unknown): error is Error {
  return error instanceof VmError || (error instanceof Error && 'syscall' in error);
}

/** Says on stderr what went wrong; returns the exit code for it. */
export function explain(error: unknown): ExitCode {
  if (error instanceof CommanderError) {
    // Help and version were asked for and have been printed; every other refusal as well, to stderr.
    return error.exitCode === 0 ? ExitCode.asExpected : ExitCode.usage;
  }
  if (error instanceof UsageError) {
    process.stderr.write(`fenceline: ${error.message}\n`);
    return ExitCode.usage;
  }
  if (error instanceof ServiceProblem || error instanceof ServiceUnreachable) {
    const { code, text } = explainService(error);
    process.stderr.write(`fenceline: ${text}\n`);
    return code;
  }
  if (error instanceof MachineError || isOfTheMachine(error)) {
    process.stderr.write(`fenceline: ${error.message}\n`);
    return ExitCode.error;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`fenceline: something went wrong inside Fenceline itself:\n${text}\n`);
  return ExitCode.error;
}
