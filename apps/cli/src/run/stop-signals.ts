import { ExitCode } from '@fenceline/contracts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Told how to stop, and what asked for it last. */
type StopHandler = (how: 'graceful' | 'now', signal: NodeJS.Signals) => void;

/**
 * Asks to stop, as Ctrl-C, SIGTERM or a closed terminal do it: the first time in order, the second at once.
 *
 * While one is open the signals do not end the process by themselves.
 */
export class StopSignals {
  private handler: StopHandler = () => undefined;
  private count = 0;
  private last: NodeJS.Signals = 'SIGINT';

  constructor() {
    for (const signal of signals) {
      process.on(signal, this.receive);
    }
  }

  /** Whether anybody has asked. */
  get asked(): boolean {
    return this.count > 0;
  }

  /** Who is told from now on; it is told at once of what has been asked already. */
  onStop(handler: StopHandler): void {
    this.handler = handler;
    if (this.asked) {
      handler('graceful', this.last);
    }
  }

  close(): void {
    for (const signal of signals) {
      process.off(signal, this.receive);
    }
  }

  private readonly receive = (signal: NodeJS.Signals): void => {
    this.count += 1;
    this.last = signal;
    this.handler(this.count === 1 ? 'graceful' : 'now', signal);
  };
}

/**
 * Does work of which nothing is kept when it is cut short: a signal ends the process at once, and its
 * temporary folders with it.
 */
export async function untilStopped<T>(work: () => Promise<T>): Promise<T> {
  const stop = new StopSignals();
  stop.onStop(() => process.exit(ExitCode.error));
  try {
    return await work();
  } finally {
    stop.close();
  }
}
