import type { Task } from './request.js';

/**
 * Gives requests to the medium so that two that overlap, one of them a change, are never in flight
 * together: the later one waits. So are those of one release: they go one after the other. Others pass.
 */
export class Order {
  /** Starts a request; undefined when it is done on return. Never rejects. */
  readonly #start: (task: Task) => Promise<void> | undefined;
  readonly #running: Task[] = [];
  /** In the order received. */
  #waiting: Task[] = [];
  readonly #onSettled: (() => void)[] = [];

  constructor(start: (task: Task) => Promise<void> | undefined) {
    this.#start = start;
  }

  /** Those that have not been started, in the order submitted. */
  get waiting(): readonly Task[] {
    return this.#waiting;
  }

  /** Resolves when nothing is in flight and nothing waits. */
  settled(): Promise<void> {
    if (this.#running.length === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onSettled.push(resolve));
  }

  /** Starts the request now, or as soon as it may. */
  submit(task: Task): void {
    if (this.#mustWait(task, this.#waiting.length)) this.#waiting.push(task);
    else this.#run(task);
  }

  /** Takes back requests that have not been started. */
  withdraw(tasks: ReadonlySet<Task>): void {
    this.#waiting = this.#waiting.filter((task) => !tasks.has(task));
  }

  #run(task: Task): void {
    const done = this.#start(task);
    if (done === undefined) return;
    this.#running.push(task);
    void done.then(() => {
      this.#running.splice(this.#running.indexOf(task), 1);
      this.#next();
      if (this.#running.length === 0 && this.#waiting.length === 0) {
        for (const resolve of this.#onSettled.splice(0)) resolve();
      }
    });
  }

  #next(): void {
    for (let i = 0; i < this.#waiting.length;) {
      const task = this.#waiting[i]!;
      if (this.#mustWait(task, i)) {
        i++;
      } else {
        this.#waiting.splice(i, 1);
        this.#run(task);
      }
    }
  }

  /** Whether something in flight, or one of the first `before` that wait, is in its way. */
  #mustWait(task: Task, before: number): boolean {
    for (const other of this.#running) if (conflict(task, other)) return true;
    for (let i = 0; i < before; i++) if (conflict(task, this.#waiting[i]!)) return true;
    return false;
  }
}

function conflict(a: Task, b: Task): boolean {
  if (a.releasedBy !== 0 && a.releasedBy === b.releasedBy) return true;
  if (!a.changesMedium && !b.changesMedium) return false;
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
