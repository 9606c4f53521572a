import type { AnaState } from '@fenceline/contracts';
import { asyncEventInformation, asyncEventText, asyncEventType, Property } from '@fenceline/nvme';
import { anaStateOf, isAccessible, readAnaLogPage } from './ana.js';
import {
  asyncEventRequest,
  keepAliveCommand,
  propertyGet,
  propertySet,
  type HostCommand,
} from './command.js';
import { Connector } from './connector.js';
import { CcrSource } from './fence/ccr-source.js';
import { connectController, type ControllerFacts } from './handshake.js';
import { KeepAlive } from './keep-alive.js';
import type { CompleteSettings } from './settings.js';
import type { SentCommand, TcpQueue } from './tcp-queue.js';

/** What an association tells the path that it belongs to. Nothing comes after `lost`. */
export interface AssociationUser {
  /** Commands can be sent. */
  live(): void;
  /** A queue failed, or the association did not come about. */
  lost(reason: string, qid: number): void;
  /** The path's ANA state has changed, or there is room again for a command. */
  changed(): void;
}

const NOTICE = 2;
const ANA_CHANGE = 0x03;
const CCR_COMPLETED = 0xf4;
/** CC: enabled as in the handshake, and a normal shutdown. */
const SHUT_DOWN = 0x0046_4001;

/** One association with a controller: its admin queue, its I/O queues, keep alive and events. */
export class Association {
  readonly source: CcrSource;
  readonly #settings: CompleteSettings;
  readonly #log: (line: string) => void;
  readonly #user: AssociationUser;
  readonly #connector: Connector<ControllerFacts>;
  #state: 'connecting' | 'live' | 'lost' | 'ended' = 'connecting';
  #facts: ControllerFacts | null = null;
  #keepAlive: KeepAlive | null = null;
  #lastAnsweredSentAt = 0;
  #turn = 0;
  /** What goes on when the admin queue is lost while the controller is being shut down. */
  #shutDownLost: () => void = () => undefined;

  constructor(
    settings: CompleteSettings,
    path: string,
    log: (line: string) => void,
    user: AssociationUser,
  ) {
    this.#settings = settings;
    this.#log = log;
    this.#user = user;
    this.source = new CcrSource({
      decisions: settings.decisions,
      scheduler: settings.scheduler,
      readLogAfterMs: settings.fence.readLogAfterMs,
      send: (command, done) => this.#admin(command, settings.adminTimeoutMs, done),
    });
    this.#connector = new Connector(settings, path, connectController(settings), {
      connected: (facts) => this.#connected(facts),
      lost: (reason, qid) => this.#lost(reason, qid),
    });
  }

  /** What is known of the controller; only of an association that is or was live. */
  get facts(): ControllerFacts {
    if (this.#facts === null) throw new Error('the association is not live yet');
    return this.#facts;
  }

  get anaState(): AnaState {
    return this.facts.anaState;
  }

  get isAccessible(): boolean {
    return isAccessible(this.anaState);
  }

  /** Commands outstanding on the I/O queues. */
  get inFlight(): number {
    return this.#ioQueues.reduce((sum, queue) => sum + queue.inFlight, 0);
  }

  get hasRoom(): boolean {
    return this.#state === 'live' && this.#ioQueues.some(({ hasRoom }) => hasRoom);
  }

  /** When the oldest I/O command without an answer was sent, in ns; Infinity where there is none. */
  get oldestSentAt(): number {
    return Math.min(...this.#ioQueues.map(({ oldestSentAt }) => oldestSentAt), Infinity);
  }

  get #ioQueues(): readonly TcpQueue[] {
    return this.#connector.ioQueues;
  }

  get #adminQueue(): TcpQueue {
    return this.#connector.adminQueue;
  }

  /** Sends an I/O command on the next queue with room; there must be one. */
  submit(command: HostCommand, done: SentCommand['done']): void {
    const queues = this.#ioQueues;
    const isFree = queues.every(({ hasRoom }) => hasRoom);
    const open = isFree ? queues : queues.filter(({ hasRoom }) => hasRoom);
    const queue = open[this.#turn++ % open.length];
    if (queue === undefined) throw new Error('no I/O queue has room');
    this.#send(queue, command, this.#settings.ioTimeoutMs, (completion) => {
      done(completion);
      this.#user.changed();
    });
  }

  /** Reads anew which ANA state the namespace has here; until it is known nothing is sent. */
  readAnaState(): void {
    this.facts.anaState = 'change';
    this.#admin(readAnaLogPage(), this.#settings.adminTimeoutMs, (completion) => {
      if (completion?.status !== 0) return;
      this.facts.anaState = anaStateOf(completion.data, this.facts.namespace.anaGroup);
      this.#user.changed();
    });
  }

  /** Aborts every connection: nothing of this association is sent any more. Its commands stay unanswered. */
  silence(): void {
    this.#keepAlive?.stop();
    this.#connector.abort();
  }

  /** Takes the commands that were not answered, of those I/O queues. */
  takeUnanswered(ofQueue: (qid: number) => boolean): SentCommand[] {
    return this.#ioQueues.flatMap((queue) => (ofQueue(queue.qid) ? queue.takeUnanswered() : []));
  }

  /** Shuts the controller down and closes the connections. `done` is called once, never before this returns. */
  shutDown(done: () => void): void {
    this.#state = 'ended';
    this.#keepAlive?.stop();
    let isClosed = false;
    const close = () => {
      if (isClosed) return;
      isClosed = true;
      this.#connector.end();
      done();
    };
    this.#shutDownLost = close;
    const { adminTimeoutMs } = this.#settings;
    this.#admin(propertySet(Property.configuration, SHUT_DOWN), adminTimeoutMs, () =>
      this.#admin(propertyGet(Property.status, 4), adminTimeoutMs, close),
    );
  }

  #connected(facts: ControllerFacts): void {
    const { cntlid, identify, katoMs } = facts;
    this.#facts = facts;
    this.#state = 'live';
    this.source.connected(cntlid, identify.ccrl);
    this.#awaitEvent();
    const { keepAlives } = this.#settings;
    if (keepAlives === 'sent') this.#keepAlive = this.#startKeepAlive(katoMs, identify.tbkas);
    this.#user.live();
  }

  #startKeepAlive(katoMs: number, tbkas: boolean): KeepAlive {
    const keepAlive = new KeepAlive({
      scheduler: this.#settings.scheduler,
      katoMs,
      tbkas,
      lastAnsweredSentAt: () => this.#lastAnsweredSentAt,
      send: (timeoutMs, answered) =>
        this.#admin(keepAliveCommand(), timeoutMs, (completion) => {
          if (completion !== null) answered();
        }),
    });
    keepAlive.start();
    return keepAlive;
  }

  #lost(reason: string, qid: number): void {
    if (this.#state === 'ended') this.#shutDownLost();
    if (this.#state === 'lost' || this.#state === 'ended') return;
    this.#state = 'lost';
    this.source.lost();
    this.#user.lost(reason, qid);
  }

  /** Sends an admin command; where the queue has no room for it, it ends without an answer. */
  #admin(command: HostCommand, timeoutMs: number, done: SentCommand['done']): void {
    const { scheduler } = this.#settings;
    if (this.#adminQueue.hasRoom) this.#send(this.#adminQueue, command, timeoutMs, done);
    else scheduler.at(scheduler.now(), () => done(null));
  }

  #send(queue: TcpQueue, command: HostCommand, timeoutMs: number, done: SentCommand['done']): void {
    const sentAt = this.#settings.scheduler.now();
    queue.submit(command, timeoutMs, (completion) => {
      if (completion !== null) {
        this.#lastAnsweredSentAt = Math.max(this.#lastAnsweredSentAt, sentAt);
      }
      done(completion);
    });
  }

  #awaitEvent(): void {
    this.#admin(asyncEventRequest(), Infinity, (completion) => {
      if (completion?.status !== 0 || this.#state !== 'live') return;
      this.#awaitEvent();
      this.#eventCame(completion.dword0);
    });
  }

  #eventCame(dword0: number): void {
    const isNotice = asyncEventType(dword0) === NOTICE;
    const information = asyncEventInformation(dword0);
    if (isNotice && information === ANA_CHANGE) this.readAnaState();
    else if (isNotice && information === CCR_COMPLETED) this.source.eventCame();
    else this.#log(`async event: ${asyncEventText(dword0)}`);
  }
}
