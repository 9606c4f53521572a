import type { QueryClient } from '@tanstack/react-query';
import type { LiveEvent } from '@fenceline/contracts/api';
import { sessionKey } from '../session/session.js';
import type { Connection, FromLeader } from './messages.js';
import { TabStream } from './tab-stream.js';
import { distinctKeys, staleKeys, type QueryKey } from './topics.js';

/** The shortest time between two readings of what events made old, ms. */
const refreshMs = 700;

type LiveListener = (live: LiveEvent) => void;

/** Brings what this tab shows up to date with what the stream of events says. */
export class LiveHub {
  private readonly stream: TabStream;
  private readonly connectionListeners = new Set<() => void>();
  private readonly liveListeners = new Map<string, Set<LiveListener>>();
  private state: Connection = 'connecting';
  private stale: QueryKey[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly queries: QueryClient) {
    this.stream = new TabStream({
      service: window.location.origin,
      onMessage: (message) => this.take(message),
    });
  }

  /** @returns a function that ends it */
  start(): () => void {
    void this.stream.run();
    return () => {
      clearTimeout(this.timer);
      this.stream.stop();
    };
  }

  readonly connection = (): Connection => this.state;

  /** @returns a function that ends it */
  readonly onConnection = (listener: () => void): (() => void) => {
    this.connectionListeners.add(listener);
    return () => this.connectionListeners.delete(listener);
  };

  /** @returns a function that ends it */
  watchJob(jobId: string, listener: LiveListener): () => void {
    const listeners = this.liveListeners.get(jobId) ?? new Set();
    this.liveListeners.set(jobId, listeners.add(listener));
    this.tellWatched();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.liveListeners.delete(jobId);
      this.tellWatched();
    };
  }

  private tellWatched(): void {
    this.stream.watch([...this.liveListeners.keys()]);
  }

  private take(message: FromLeader): void {
    switch (message.kind) {
      case 'connection':
        this.become(message.connection);
        break;
      case 'events':
        this.markStale(message.events.flatMap(staleKeys));
        break;
      case 'reset':
        void this.queries.invalidateQueries({
          predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0],
        });
        break;
      case 'live':
        for (const listener of this.liveListeners.get(message.live.jobId) ?? []) {
          listener(message.live);
        }
        break;
    }
  }

  private become(connection: Connection): void {
    if (connection === this.state) return;
    this.state = connection;
    for (const listener of this.connectionListeners) listener();
    // Revoked, or run out: the session says which.
    if (connection === 'refused') void this.queries.invalidateQueries({ queryKey: sessionKey });
  }

  /** Many events a second make for one reading. */
  private markStale(keys: readonly QueryKey[]): void {
    this.stale = distinctKeys([...this.stale, ...keys]);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      for (const queryKey of this.stale.splice(0)) {
        void this.queries.invalidateQueries({ queryKey });
      }
    }, refreshMs);
  }
}
