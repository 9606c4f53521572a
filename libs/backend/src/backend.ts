import { NS_PER_MS, type Scheduler } from '@fenceline/contracts';
import { UnixListener } from '@fenceline/sockets';
import { checkGeometry } from './backend-options.js';
import type {
  BackendEvents,
  BackendOptions,
  ExportOptions,
  LocalOptions,
} from './backend-options.js';
import { Faults } from './faults.js';
import type { FailOptions, HoldOptions, SlowOptions } from './faults.js';
import { hashBlocks } from './hash/payload-memory.js';
import type { Journal } from './journal.js';
import { JournalFile } from './journal-file.js';
import type { JournalWatcher } from './journal-file.js';
import { Listeners } from './listeners.js';
import { LocalClient } from './local-client.js';
import type { LocalHost } from './local-client.js';
import type { Medium } from './medium/medium.js';
import { MemoryJournal } from './memory-journal.js';
import { openMedium } from './medium/open-medium.js';
import { Connection } from './nbd/connection.js';
import type { ConnectionHost } from './nbd/connection.js';
import { Errno } from './nbd/protocol.js';
import { Order } from './order.js';
import { noHashes, type Request, type Task } from './request.js';

/**
 * The recording block backend: an NBD server whose exports, one for each array node, share a medium.
 *
 * Every request is journaled when it was received in full, when the medium holds its data and when its
 * answer was handed to the socket; an answer never leaves before its request's `applied` record was made.
 * Faults hold, slow down or fail requests of chosen nodes. A held write is independent of its client: on
 * release it is applied even when the client has gone. Nothing waits for a held write, so a newer one to
 * the same blocks passes it; that is the experiment.
 */
export class Backend {
  /**
   * Resolves, with the reason, when the backend can no longer record or store. From then on it takes no
   * requests. It does not resolve otherwise.
   */
  readonly failed: Promise<Error>;
  readonly #clock: Scheduler;
  readonly #medium: Medium;
  readonly #size: number;
  readonly #blockSize: number;
  readonly #journal: Journal;
  readonly #watcher: BackendWatcher;
  readonly #faults = new Faults();
  readonly #listeners = new Listeners<BackendEvents>();
  readonly #order = new Order((task) => this.#perform(task));
  readonly #host: ConnectionHost;
  readonly #sockets: UnixListener[] = [];
  readonly #connections = new Set<Connection>();
  /** Held requests with the id of the hold. */
  readonly #held = new Map<Task, string>();
  /** Requests that a fault slows down, with what cancels the timer that lets them go on. */
  readonly #delayed = new Map<Task, () => void>();
  /** Flushes that belong to a request and follow its `applied`. */
  readonly #syncing = new Set<Promise<void>>();
  #exports = 0;
  #connectionCount = 0;
  #requests = 0;
  #releases = 0;
  #pending = 0;
  #lastActivityAt: number;
  #closing: Promise<void> | null = null;

  private constructor(
    options: BackendOptions,
    medium: Medium,
    journal: Journal,
    watcher: BackendWatcher,
  ) {
    this.#clock = options.clock;
    this.#size = options.size;
    this.#blockSize = options.blockSize;
    this.#medium = medium;
    this.#journal = journal;
    this.#watcher = watcher;
    this.#lastActivityAt = options.clock.now();
    this.failed = watcher.failed;
    watcher.whenRoom = () => this.#proceed();
    this.#host = this.#createHost();
  }

  /**
   * Makes an empty medium and a new journal.
   * @throws when a number is out of range, or a file exists already or cannot be made.
   */
  static async open(options: BackendOptions): Promise<Backend> {
    checkGeometry(options.blockSize, options.size);
    const medium = await openMedium(options.medium, options.size);
    const watcher = new BackendWatcher();
    try {
      const { journalPath, blockSize } = options;
      const journal =
        journalPath === null
          ? new MemoryJournal(blockSize)
          : await JournalFile.create(journalPath, blockSize, watcher);
      return new Backend(options, medium, journal, watcher);
    } catch (error) {
      await medium.close();
      throw error;
    }
  }

  /** Begins to serve the medium to a node. @throws when the socket cannot be made. */
  async addExport(options: ExportOptions): Promise<void> {
    const { name, node } = options;
    const number = this.#export(node);
    const exported = { name, node, number, size: this.#size, blockSize: this.#blockSize };
    const at = { path: options.socket, owner: options.owner };
    const socket = await UnixListener.listen(at, (client) => {
      this.#connections.add(new Connection(client, exported, this.#host));
    });
    this.#sockets.push(socket);
  }

  /** Serves the medium to a node in this process. */
  attach({ node }: LocalOptions): LocalClient {
    const exported = this.#export(node);
    const connection = ++this.#connectionCount;
    this.#journal.encoder.connected(this.#clock.now(), exported, connection);
    this.#journal.touched();
    return new LocalClient(node, exported, connection, this.#localHost());
  }

  /** The whole journal, where it is kept in memory, once the backend is closed; else null. */
  journal(): Uint8Array | null {
    return this.#journal instanceof MemoryJournal ? this.#journal.bytes : null;
  }

  /** Calls `listener` at each event from now on; returns what ends that. */
  on<Name extends keyof BackendEvents>(
    name: Name,
    listener: (value: BackendEvents[Name]) => void,
  ): () => void {
    return this.#listeners.on(name, listener);
  }

  /**
   * Holds requests from now on, until {@link release} or {@link discard}. Returns the id of the fault.
   * @throws RangeError when `next` is not a whole number from 1 on.
   */
  hold(options: HoldOptions = {}): string {
    const id = this.#faults.add({ kind: 'hold' }, options, options.next);
    if (options.inFlight === true) this.#holdInFlight();
    return id;
  }

  /** Slows requests down. Returns the id of the fault; {@link heal} ends it. */
  slow(options: SlowOptions): string {
    return this.#faults.add({ kind: 'slow', ms: options.ms }, options);
  }

  /** Answers requests with an error instead of applying them. Returns the id; {@link heal} ends it. */
  fail(options: FailOptions = {}): string {
    const effect = { kind: 'fail', errno: options.errno ?? Errno.io } as const;
    return this.#faults.add(effect, options, options.next);
  }

  /**
   * Ends the hold with this id, or all holds, and lets what they hold go on: it is applied in the order
   * received. A released request is not held again. Returns how many there were.
   */
  release(id?: string): number {
    const tasks = this.#endHold(id);
    const releasedBy = ++this.#releases;
    for (const task of tasks) {
      task.releasedAt = this.#now();
      task.releasedBy = releasedBy;
      this.#journal.encoder.released(task.releasedAt, task.id);
      this.#listeners.emit('released', task);
    }
    for (const task of tasks) this.#admit(task);
    this.#journal.touched();
    return tasks.length;
  }

  /**
   * Ends the hold with this id, or all holds, and drops what they hold: it is never applied nor answered.
   * Returns how many there were.
   */
  discard(id?: string): number {
    const tasks = this.#endHold(id);
    for (const task of tasks) {
      task.data = null;
      this.#journal.encoder.discarded(this.#now(), task.id);
      task.client.forget(task);
      this.#settled();
    }
    this.#journal.touched();
    return tasks.length;
  }

  /** Ends the fault with this id, or all faults. Ending a hold releases what it holds. */
  heal(id?: string): void {
    this.#faults.remove(['slow', 'fail'], id);
    this.release(id);
  }

  /** What is held now, in the order received; of one node or of all. */
  held(node?: string): Request[] {
    return this.#heldTasks((task) => node === undefined || task.node === node);
  }

  /** How many requests are received and neither applied nor failed nor discarded. */
  pending(): number {
    return this.#pending;
  }

  /** When a request last was received, applied or answered; ns since the lab started. */
  lastActivityAt(): number {
    return this.#lastActivityAt;
  }

  /**
   * Bytes of the medium as they are now, past the journal and every fault. Meant for the final image, when
   * nothing is in flight.
   */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    await this.#medium.read(offset, bytes);
    return bytes;
  }

  /**
   * Ends all clients, lets the medium finish what it was given, ends the journal and removes the sockets.
   * What is held, or still slowed down, stays unapplied. More calls wait for the first.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const cancel of this.#delayed.values()) cancel();
    this.#delayed.clear();
    const closed = this.#sockets.map((socket) => socket.close());
    for (const connection of this.#connections) {
      connection.destroy();
      closed.push(connection.closed);
    }
    await Promise.all(closed);
    await this.#order.settled();
    await Promise.all(this.#syncing);
    await this.#journal.close(this.#clock.now());
    await this.#medium.close();
  }

  #createHost(): ConnectionHost {
    const isBlocked = () => this.#journal.full || this.#watcher.hasFailed || this.#closing !== null;
    return {
      get blocked() {
        return isBlocked();
      },
      opened: (connection) => {
        const number = ++this.#connectionCount;
        this.#journal.encoder.connected(this.#clock.now(), connection.export, number);
        this.#journal.touched();
        return number;
      },
      nextRequestId: () => ++this.#requests,
      received: (task) => this.#receive(task),
      replied: (tasks) => this.#replied(tasks),
      closed: (connection) => {
        this.#connections.delete(connection);
        if (connection.connection === 0) return;
        const now = this.#clock.now();
        this.#journal.encoder.disconnected(now, connection.export, connection.connection);
        this.#journal.touched();
      },
    };
  }

  #localHost(): LocalHost {
    return {
      nextRequestId: () => ++this.#requests,
      received: (task) => this.#receive(task),
      replied: (tasks) => this.#replied(tasks),
      disconnected: ({ exported, connection }) => {
        this.#journal.encoder.disconnected(this.#clock.now(), exported, connection);
        this.#journal.touched();
      },
    };
  }

  /** A new export, by its number in the journal. */
  #export(node: string): number {
    const number = this.#exports++;
    this.#journal.encoder.exported(number, node);
    return number;
  }

  #now(): number {
    this.#lastActivityAt = this.#clock.now();
    return this.#lastActivityAt;
  }

  #receive(task: Task): void {
    task.receivedAt = this.#now();
    if (task.op === 'write') task.hashes = this.#hashesOf(task);
    this.#pending++;
    if (!this.#medium.immediate) task.keepPayload();
    this.#journal.encoder.received(task.receivedAt, task);
    this.#listeners.emit('received', task);
    const hold = this.#faults.catching('hold', task);
    if (hold === null) this.#admit(task);
    else this.#hold(task, hold.id);
    this.#journal.touched();
  }

  #hashesOf({ offset, data }: Task): readonly bigint[] {
    const blockSize = this.#blockSize;
    if (offset % blockSize !== 0 || data!.length % blockSize !== 0) return noHashes;
    return hashBlocks(data!, blockSize);
  }

  #hold(task: Task, id: string): void {
    task.keepPayload();
    task.heldAt = this.#now();
    this.#held.set(task, id);
    this.#journal.encoder.held(task.heldAt, task.id);
    task.client.held();
    this.#listeners.emit('held', task);
  }

  /** Offers to the holds what was received earlier and not yet given to the medium. */
  #holdInFlight(): void {
    const candidates = [...this.#delayed.keys(), ...this.#order.waiting];
    const caught = new Set<Task>();
    for (const task of candidates.sort(byId)) {
      if (task.releasedAt !== null) continue;
      const hold = this.#faults.catching('hold', task);
      if (hold === null) continue;
      caught.add(task);
      this.#delayed.get(task)?.();
      this.#delayed.delete(task);
      this.#hold(task, hold.id);
    }
    this.#order.withdraw(caught);
    this.#journal.touched();
  }

  #heldTasks(wanted: (task: Task, holdId: string) => boolean): Task[] {
    const tasks: Task[] = [];
    for (const [task, holdId] of this.#held) if (wanted(task, holdId)) tasks.push(task);
    return tasks.sort(byId);
  }

  #endHold(id: string | undefined): Task[] {
    this.#faults.remove(['hold'], id);
    const tasks = this.#heldTasks((_, holdId) => id === undefined || holdId === id);
    for (const task of tasks) this.#held.delete(task);
    return tasks;
  }

  /** No hold is in the request's way: fails it, delays it, or gives it to the medium. */
  #admit(task: Task): void {
    const fail = this.#faults.catching('fail', task);
    if (fail !== null) {
      this.#refuse(task, fail.effect.errno);
      return;
    }
    const slow = this.#faults.catching('slow', task);
    if (slow === null) {
      this.#order.submit(task);
      return;
    }
    task.keepPayload();
    const goOn = () => {
      this.#delayed.delete(task);
      this.#order.submit(task);
      this.#journal.touched();
    };
    const t = this.#clock.now() + slow.effect.ms * NS_PER_MS;
    this.#delayed.set(task, this.#clock.at(t, goOn));
  }

  /** Gives a request to the medium; undefined when it is done on return. */
  #perform(task: Task): Promise<void> | undefined {
    const done = this.#store(task);
    if (done === undefined) {
      this.#applied(task);
      return undefined;
    }
    return done.then(
      () => this.#applied(task),
      (error: unknown) => this.#mediumFailed(task, error),
    );
  }

  #store(task: Task): Promise<void> | undefined {
    switch (task.op) {
      case 'read':
        task.data = Buffer.allocUnsafe(task.length);
        return this.#medium.read(task.offset, task.data);
      case 'write':
        return this.#medium.write(task.offset, task.data!);
      case 'write-zeroes':
      case 'trim':
        return this.#medium.zero(task.offset, task.length);
      case 'flush':
        return this.#medium.flush();
    }
  }

  #applied(task: Task): void {
    task.appliedAt = this.#now();
    if (task.op !== 'read') task.data = null;
    this.#journal.encoder.applied(task.appliedAt, task.id);
    this.#journal.touched();
    this.#listeners.emit('applied', task);
    this.#settled();
    const synced = task.fua && task.changesMedium ? this.#medium.flush() : undefined;
    if (synced === undefined) {
      task.client.answer(task, Errno.ok);
      return;
    }
    const answered = synced.then(
      () => task.client.answer(task, Errno.ok),
      (error: unknown) => {
        this.#watcher.onFailure(new Error('the medium cannot be flushed', { cause: error }));
        task.client.answer(task, errnoOf(error));
      },
    );
    this.#syncing.add(answered);
    void answered.then(() => this.#syncing.delete(answered));
  }

  #mediumFailed(task: Task, error: unknown): void {
    this.#watcher.onFailure(new Error('the medium does not work', { cause: error }));
    this.#refuse(task, errnoOf(error));
  }

  #refuse(task: Task, errno: number): void {
    task.data = null;
    task.failedAt = this.#now();
    this.#journal.encoder.failed(task.failedAt, task.id, errno);
    this.#journal.touched();
    this.#settled();
    task.client.answer(task, errno);
  }

  /** One request fewer is pending. */
  #settled(): void {
    this.#pending--;
    if (this.#pending === 0) this.#listeners.emit('idle', undefined);
  }

  #replied(tasks: readonly Task[]): void {
    const now = this.#now();
    for (const task of tasks) {
      task.repliedAt = now;
      this.#journal.encoder.replied(now, task.id);
    }
    this.#journal.touched();
    for (const task of tasks) this.#listeners.emit('replied', task);
  }

  #proceed(): void {
    for (const connection of this.#connections) connection.proceed();
  }
}

/** Hears what goes wrong behind the backend, from before the backend is there. */
class BackendWatcher implements JournalWatcher {
  readonly failed: Promise<Error>;
  whenRoom: () => void = () => undefined;
  hasFailed = false;
  #report!: (error: Error) => void;

  constructor() {
    this.failed = new Promise((resolve) => (this.#report = resolve));
  }

  onRoom(): void {
    this.whenRoom();
  }

  onFailure(error: Error): void {
    this.hasFailed = true;
    this.#report(error);
  }
}

function byId(a: Task, b: Task): number {
  return a.id - b.id;
}

/** The number of an error of the operating system, or EIO. */
function errnoOf(error: unknown): number {
  const errno = error instanceof Error ? (error as NodeJS.ErrnoException).errno : undefined;
  return errno === undefined ? Errno.io : Math.abs(errno);
}
