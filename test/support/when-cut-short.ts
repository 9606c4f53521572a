const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Has something done, at once, where this process is ended before `undone` is called: by Ctrl-C, by who runs the tests, or
 * by itself.
 *
 * @returns undone
 */
export function whenCutShort(cleanUp: () => void): () => void {
  const atSignal = (signal: NodeJS.Signals) => {
    undone();
    cleanUp();
    process.kill(process.pid, signal);
  };
  const undone = () => {
    for (const signal of signals) process.off(signal, atSignal);
    process.off('exit', cleanUp);
  };
  for (const signal of signals) process.on(signal, atSignal);
  process.on('exit', cleanUp);
  return undone;
}
