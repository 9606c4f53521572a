import type { JournalOp } from '@fenceline/capture';
import { Task } from './request.js';
import type { Client } from './request.js';

/** What a local client needs of the backend. */
export interface LocalHost {
  nextRequestId(): number;
  /** A request came. Its payload is left alone until it is answered. */
  received(task: Task): void;
  replied(tasks: readonly Task[]): void;
  disconnected(client: LocalClient): void;
}

/** A request, in bytes from the start of the medium. */
export interface LocalRequest {
  op: JournalOp;
  offset: number;
  length: number;
  /** A write's payload, `length` bytes, which do not change until the request is answered. */
  data?: Uint8Array;
  /** Force unit access. */
  fua: boolean;
}

/**
 * Is told how a request ended.
 *
 * @param errno as Linux numbers them; 0 for success
 * @param data what a read found
 */
export type Answered = (errno: number, data: Uint8Array | null) => void;

/** An array node in this process: what an NBD connection is to one in a virtual machine. */
export class LocalClient implements Client {
  /** By the number of the request. */
  readonly #waiting = new Map<number, Answered>();
  readonly #host: LocalHost;

  constructor(
    readonly node: string,
    /** Numbers of its export and its connection in the journal. */
    readonly exported: number,
    readonly connection: number,
    host: LocalHost,
  ) {
    this.#host = host;
  }

  /** Begins a request that lies within the medium. `answered` may be called before this returns. */
  submit({ op, offset, length, data, fua }: LocalRequest, answered: Answered): void {
    const { node, exported, connection } = this;
    const origin = { node, export: exported, connection, client: this };
    const task = new Task(this.#host.nextRequestId(), origin, op, fua, offset, length, 0, 0);
    task.data = data ?? null;
    this.#waiting.set(task.id, answered);
    this.#host.received(task);
  }

  /** The node is gone: what it asked for is done all the same, and nobody is told. */
  disconnect(): void {
    this.#waiting.clear();
    this.#host.disconnected(this);
  }

  answer(task: Task, errno: number): void {
    const answered = this.#waiting.get(task.id);
    if (answered === undefined) return;
    this.#waiting.delete(task.id);
    const data = task.op === 'read' && errno === 0 ? task.data : null;
    task.data = null;
    this.#host.replied([task]);
    answered(errno, data);
  }

  held(): void {
    // Nothing ends a local client but itself.
  }

  forget(task: Task): void {
    this.#waiting.delete(task.id);
  }
}
