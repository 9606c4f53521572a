import { Worker } from 'node:worker_threads';

/** Threads that each simulate one trial after the other. */
export class SimulationPool {
  #waiting = [];
  #idle = [];
  #workers = [];
  #running = new Map();
  #ids = 0;

  /** @param size number of threads */
  constructor(size) {
    for (let i = 0; i < size; i++) {
      const worker = new Worker(new URL('worker.mjs', import.meta.url));
      worker.on('message', (message) => this.#ended(worker, message));
      worker.on('error', (error) => this.#failed(error));
      this.#workers.push(worker);
      this.#idle.push(worker);
    }
  }

  /** @throws Error where the trial could not be simulated */
  run(trial) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ trial, resolve, reject });
      this.#next();
    });
  }

  async close() {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #next() {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const id = ++this.#ids;
      const { trial, ...promise } = this.#waiting.shift();
      this.#running.set(id, promise);
      this.#idle.pop().postMessage({ id, trial });
    }
  }

  #ended(worker, { id, result, error }) {
    const { resolve, reject } = this.#running.get(id);
    this.#running.delete(id);
    this.#idle.push(worker);
    if (error === undefined) resolve(result);
    else reject(new Error(error));
    this.#next();
  }

  /** A thread that died takes its trial with it: nothing of the campaign is of use then. */
  #failed(error) {
    for (const { reject } of this.#running.values()) reject(error);
    this.#running.clear();
  }
}
