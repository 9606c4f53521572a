import { Worker } from 'node:worker_threads';

/** No input takes a thousandth of this: longer means that its decoding does not end. */
const LONGEST_S = 30;

/**
 * Ends the process when one input takes for ever: a loop without end lets nothing else run in its own thread,
 * so another thread looks after it. It says first which input that is.
 */
export class Watchdog {
  readonly #present = new Float64Array(new SharedArrayBuffer(8));
  readonly #thread: Worker;

  constructor(target: string) {
    this.#thread = new Worker(source, {
      eval: true,
      workerData: { target, present: this.#present, longestS: LONGEST_S },
    });
    this.#thread.unref();
  }

  /** The input of a seed is decoded from now on. */
  begins(seed: number): void {
    this.#present[0] = seed;
  }

  end(): void {
    void this.#thread.terminate();
  }
}

const source = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const { target, present, longestS } = workerData;
let last = present[0];
let since = 0;
setInterval(() => {
  since = present[0] === last ? since + 1 : 0;
  last = present[0];
  if (since < longestS) return;
  writeSync(2, \`\${target}:\${last}: not decoded in \${longestS} s\\n\`);
  process.kill(process.pid, 'SIGKILL');
}, 1000);
`;
