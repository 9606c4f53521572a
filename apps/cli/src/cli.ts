import { ExitCode } from '@fenceline/contracts/exit-code';
import { Command } from 'commander';
import { version } from './version.js';

type MakeCommand = (finish: (code: ExitCode) => void) => Command;
type CommandLoaders = Readonly<Record<string, () => Promise<MakeCommand>>>;

/** The commands. Each is loaded only when it is needed: most need far more code than `decode` does. */
const localCommandLoaders: CommandLoaders = {
  run: async () => (await import('./commands/run.js')).runCommand,
  judge: async () => (await import('./commands/judge.js')).judgeCommand,
  verify: async () => (await import('./commands/verify.js')).verifyCommand,
  report: async () => (await import('./commands/report.js')).reportCommand,
  pack: async () => (await import('./commands/pack.js')).packCommand,
  validate: async () => (await import('./commands/validate.js')).validateCommand,
  decode: async () => (await import('./commands/decode.js')).decodeCommand,
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand,
  kernels: async () => (await import('./commands/kernels.js')).kernelsCommand,
  schema: async () => (await import('./commands/schema.js')).schemaCommand,
};

/** Those that need a service. */
const serviceCommandLoaders: CommandLoaders = {
  login: async () => (await import('./commands/login.js')).loginCommand,
  logout: async () => (await import('./commands/logout.js')).logoutCommand,
  submit: async () => (await import('./commands/submit.js')).submitCommand,
  wait: async () => (await import('./commands/wait.js')).waitCommand,
  follow: async () => (await import('./commands/follow.js')).followCommand,
  list: async () => (await import('./commands/list.js')).listCommand,
  show: async () => (await import('./commands/show.js')).showCommand,
  cancel: async () => (await import('./commands/cancel.js')).cancelCommand,
  priority: async () => (await import('./commands/priority.js')).priorityCommand,
  rerun: async () => (await import('./commands/rerun.js')).rerunCommand,
  clone: async () => (await import('./commands/clone.js')).cloneCommand,
  fetch: async () => (await import('./commands/fetch.js')).fetchCommand,
  admin: async () => (await import('./commands/admin.js')).adminCommand,
};

/** Runs one command line and returns its exit code; it never ends the process. */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = ExitCode.asExpected;
  try {
    const program = await createProgram(args, (result) => {
      code = result;
    });
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    const { explain } = await import('./explain.js');
    return explain(error);
  }
}

/** The program with the command that is called, or all of them; each hands its exit code to `finish`. */
export async function createProgram(
  args: readonly string[],
  finish: (code: ExitCode) => void,
): Promise<Command> {
  const program = new Command('fenceline')
    .description('Proves on real kernels whether a stale write lands when an NVMe/TCP path fails.')
    .version(version, '-V, --version')
    .addHelpText('after', exitCodeHelp);
  await addCommands(program, 'On this machine:', localCommandLoaders, args[0], finish);
  await addCommands(program, 'With a service:', serviceCommandLoaders, args[0], finish);
  for (const command of withSubcommands(program)) {
    command.exitOverride().showHelpAfterError('(--help says what there is)');
  }
  return program;
}

/** Adds the command that is called; all of them where that is none. */
async function addCommands(
  program: Command,
  group: string,
  loaders: CommandLoaders,
  called: string | undefined,
  finish: (code: ExitCode) => void,
): Promise<void> {
  const isCommand =
    called !== undefined &&
    [localCommandLoaders, serviceCommandLoaders].some((some) => Object.hasOwn(some, called));
  const asksVersion = called === '--version' || called === '-V';
  program.commandsGroup(group);
  for (const [name, load] of Object.entries(loaders)) {
    if (isCommand ? name !== called : asksVersion) continue;
    const makeCommand = await load();
    program.addCommand(makeCommand(finish));
  }
}

/** Settings that `addCommand` does not hand down. */
function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

const exitCodeHelp = `
Exit codes: 0 as expected · 1 violation not expected · 2 inconclusive · 3 error, time-out or cancelled
            4 an expected violation absent in a control · 64 usage · 69 service unreachable`;
