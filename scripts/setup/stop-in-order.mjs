/** The exit code of what was cancelled, as the command line has it. */
const cancelled = 3;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const running = new Set();
let stopping = false;

/**
 * While commands run, Ctrl-C and its like end us only after they have ended, so that none goes on behind the prompt:
 * apt-get finishes what it may not leave half done.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
export function endAfter(child) {
  if (running.size === 0) for (const signal of signals) process.on(signal, stop);
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size > 0) return;
    if (stopping) process.exit(cancelled);
    for (const signal of signals) process.off(signal, stop);
  });
}

/** Resolves unless all is to end: then nothing follows any more. */
export function unlessStopping() {
  return stopping ? new Promise(() => undefined) : Promise.resolve();
}

function stop() {
  if (!stopping) process.stderr.write('\nStopping: what runs now ends first.\n');
  stopping = true;
  for (const { pid } of running) {
    try {
      // A terminal has told them already; whoever ended us alone has not.
      process.kill(pid, 'SIGTERM');
    } catch {
      // It has just ended, or is sudo, which is root's.
    }
  }
}
