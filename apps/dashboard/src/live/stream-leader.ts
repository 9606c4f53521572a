import { readEvents, ServiceProblem, type EventMessage } from '@fenceline/client';
import { liveJobLimit, type LiveEvent, type ServiceEvent } from '@fenceline/contracts/api';
import type { Connection, FromLeader } from './messages.js';
import { WatchedJobs } from './watched-jobs.js';

/** How long events are gathered before the tabs are told, ms. */
const gatherMs = 100;

export interface LeaderOptions {
  /** Address of the service. */
  service: string;
  /** Number of the last event that is known; null: those from now on. */
  last: string | null;
  /** Tells all tabs, this one too. */
  tell: (message: FromLeader) => void;
  read?: typeof readEvents;
  now?: () => number;
}

/** Holds the one stream of events of this browser, and tells all its tabs what comes. */
export class StreamLeader {
  private readonly watched = new WatchedJobs();
  private readonly now: () => number;
  private gathered: ServiceEvent[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private connection: Connection = 'connecting';
  private opened = false;
  private last: string | null;
  private live: string[] = [];
  /** Ends a connection that has other live jobs than are watched now. */
  private restart = new AbortController();

  constructor(private readonly options: LeaderOptions) {
    this.last = options.last;
    this.now = options.now ?? (() => performance.now());
  }

  /** Reads until it is aborted, or the service refuses the session for good. */
  async run(signal: AbortSignal): Promise<void> {
    const isOver = () => signal.aborted || this.connection === 'refused';
    while (!isOver()) {
      this.live = this.watched.list(this.now(), liveJobLimit);
      this.restart = new AbortController();
      await this.readOnce(AbortSignal.any([signal, this.restart.signal]));
    }
    this.flush();
  }

  /** A tab wonders how the stream is. */
  hello(): void {
    this.options.tell({ kind: 'connection', connection: this.connection, last: this.last });
  }

  /** A tab says which jobs it shows live. */
  watch(tab: string, jobIds: readonly string[]): void {
    this.watched.tell(tab, jobIds, this.now());
    const wanted = this.watched.list(this.now(), liveJobLimit);
    if (wanted.join() !== this.live.join()) this.restart.abort();
  }

  private async readOnce(signal: AbortSignal): Promise<void> {
    const { service, read = readEvents } = this.options;
    const options = {
      service,
      signal,
      ...(this.live.length > 0 && { query: { liveJobs: this.live.join(',') } }),
      ...(this.last !== null && { after: this.last }),
    };
    try {
      for await (const message of read(options)) this.take(message);
    } catch (error) {
      if (!(error instanceof ServiceProblem)) throw error;
      this.become('refused');
    }
  }

  private take(message: EventMessage): void {
    switch (message.kind) {
      case 'open':
        this.become('open');
        // Without a place to go on from, what happened between two connections is not known.
        if (this.opened && this.last === null) this.options.tell({ kind: 'reset' });
        this.opened = true;
        break;
      case 'cut':
        this.become('cut');
        break;
      case 'reset':
        this.last = message.id ?? this.last;
        this.options.tell({ kind: 'reset' });
        break;
      case 'event':
        this.last = message.id;
        this.gathered.push(message.data as ServiceEvent);
        this.timer ??= setTimeout(() => this.flush(), gatherMs);
        break;
      case 'live':
        this.options.tell({ kind: 'live', live: message.data as LiveEvent });
        break;
    }
  }

  private become(connection: Connection): void {
    this.connection = connection;
    this.hello();
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.gathered.length === 0 || this.last === null) return;
    this.options.tell({ kind: 'events', events: this.gathered, last: this.last });
    this.gathered = [];
  }
}
