import { ExitCode } from '@fenceline/contracts/exit-code';
import { runCli } from './cli.js';
import { messageOf } from './message-of.js';

// A reader that has had enough (`fenceline schema | head`) is no error of ours; a result that is lost is.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    process.stderr.write(`fenceline: the result could not be written: ${error.message}\n`);
    process.exitCode = ExitCode.error;
  }
});
// Nobody is left to be told that nobody listens; a run goes on without its progress.
process.stderr.on('error', () => undefined);
// Node's own exit code for this, 1, would read as a violation. Labs end by themselves when we are gone.
process.on('uncaughtException', (error) => {
  process.stderr.write(
    `fenceline: something went wrong inside Fenceline itself:\n${error.stack ?? messageOf(error)}\n`,
  );
  process.exit(ExitCode.error);
});

// The process ends when its streams are drained, so that a pipe gets all of the output.
const code = await runCli(process.argv.slice(2));
process.exitCode ??= code;
