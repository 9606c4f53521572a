import { runCli } from './cli.js';

// A reader that has had enough (`fenceline schema | head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    throw error;
  }
});

// The process ends when its streams are drained, so that a pipe gets all of the output.
process.exitCode = await runCli(process.argv.slice(2));
