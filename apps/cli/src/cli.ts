import { Command, CommanderError } from 'commander';
import { doctorCommand } from './commands/doctor.js';
import { judgeCommand } from './commands/judge.js';
import { kernelsCommand } from './commands/kernels.js';
import { packCommand } from './commands/pack.js';
import { reportCommand } from './commands/report.js';
import { runCommand } from './commands/run.js';
import { schemaCommand } from './commands/schema.js';
import { validateCommand } from './commands/validate.js';
import { verifyCommand } from './commands/verify.js';
import { ExitCode } from '@fenceline/contracts';
import { VmError } from '@fenceline/vm';
import { MachineError } from './machine-error.js';
import { UsageError } from './usage-error.js';
import { version } from './version.js';

/** Runs one command line and returns its exit code; it never ends the process. */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = ExitCode.asExpected;
  const program = createProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error);
  }
}

/** The commands; each hands its exit code to `finish`. */
function createProgram(finish: (code: ExitCode) => void): Command {
  const program = new Command('fenceline')
    .description('Proves on real kernels whether a stale write lands when an NVMe/TCP path fails.')
    .version(version, '-V, --version')
    .addHelpText('after', exitCodeHelp);
  const commands = [
    runCommand(finish),
    judgeCommand(finish),
    verifyCommand(finish),
    reportCommand(finish),
    packCommand(finish),
    validateCommand(finish),
    doctorCommand(finish),
    kernelsCommand(finish),
    schemaCommand(),
  ];
  for (const command of commands) {
    program.addCommand(command);
  }
  for (const command of withSubcommands(program)) {
    command.exitOverride().showHelpAfterError('(--help says what there is)');
  }
  return program;
}

/** Settings that `addCommand` does not hand down. */
function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

const exitCodeHelp = `
Exit codes: 0 as expected · 1 violation not expected · 2 inconclusive · 3 error, time-out or cancelled
            4 an expected violation absent in a control · 64 usage`;

/** What a folder, a program or the system refused: its message says where, and our stack says nothing. */
function isOfTheMachine(error: unknown): error is Error {
  return error instanceof VmError || (error instanceof Error && 'syscall' in error);
}

function explain(error: unknown): ExitCode {
  if (error instanceof CommanderError) {
    // Help and version were asked for and have been printed; every other refusal as well, to stderr.
    return error.exitCode === 0 ? ExitCode.asExpected : ExitCode.usage;
  }
  if (error instanceof UsageError) {
    process.stderr.write(`fenceline: ${error.message}\n`);
    return ExitCode.usage;
  }
  if (error instanceof MachineError || isOfTheMachine(error)) {
    process.stderr.write(`fenceline: ${error.message}\n`);
    return ExitCode.error;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`fenceline: something went wrong inside Fenceline itself:\n${text}\n`);
  return ExitCode.error;
}
