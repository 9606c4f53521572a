import type { readEvents } from '@fenceline/client';
import type { FromLeader, TabMessage } from './messages.js';
import { StreamLeader } from './stream-leader.js';
import { watchHoldsMs } from './watched-jobs.js';

const name = 'fenceline.events';

/** As much of Web Locks as is needed: runs `work` once the lock is ours, and holds it until that ends. */
export type Lock = (name: string, signal: AbortSignal, work: () => Promise<void>) => Promise<void>;

export interface TabStreamOptions {
  /** Address of the service. */
  service: string;
  /** What this tab is told, whoever holds the stream. */
  onMessage: (message: FromLeader) => void;
  lock?: Lock;
  read?: typeof readEvents;
}

/**
 * The events of the service in one tab. All tabs of a browser share one stream: the tab that has the lock holds it and
 * tells the others over a channel; when it closes, another one gets the lock and goes on from the last event.
 */
export class TabStream {
  private readonly tab = crypto.randomUUID();
  private readonly channel = new BroadcastChannel(name);
  private readonly end = new AbortController();
  private leader: StreamLeader | null = null;
  private last: string | null = null;
  private watched: readonly string[] = [];
  private beat: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: TabStreamOptions) {
    this.channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.take(data);
  }

  /** Resolves when it is stopped, or the service refuses the session. */
  async run(): Promise<void> {
    const { lock = webLock } = this.options;
    this.channel.postMessage({ kind: 'hello' } satisfies TabMessage);
    await lock(name, this.end.signal, () => this.lead());
  }

  /** Says which jobs this tab shows live. */
  watch(jobIds: readonly string[]): void {
    this.watched = jobIds;
    clearInterval(this.beat);
    this.beat = undefined;
    this.tellWatched();
    if (jobIds.length > 0) this.beat = setInterval(() => this.tellWatched(), watchHoldsMs / 3);
  }

  stop(): void {
    this.watch([]);
    this.end.abort();
    this.channel.close();
  }

  private async lead(): Promise<void> {
    if (this.end.signal.aborted) return;
    const { service, read } = this.options;
    const tell = (message: FromLeader) => {
      if (this.end.signal.aborted) return;
      this.channel.postMessage(message);
      this.take(message);
    };
    // Whoever held the stream before is gone, and what happened meanwhile is known only to those who know where to begin.
    if (this.last === null) tell({ kind: 'reset' });
    this.leader = new StreamLeader({ service, last: this.last, tell, ...(read && { read }) });
    if (this.watched.length > 0) this.leader.watch(this.tab, this.watched);
    try {
      await this.leader.run(this.end.signal);
    } finally {
      this.leader = null;
    }
  }

  private tellWatched(): void {
    if (this.end.signal.aborted) return;
    this.leader?.watch(this.tab, this.watched);
    this.channel.postMessage({
      kind: 'watch',
      tab: this.tab,
      jobIds: [...this.watched],
    } satisfies TabMessage);
  }

  private take(message: TabMessage): void {
    switch (message.kind) {
      case 'hello':
        this.leader?.hello();
        return;
      case 'watch':
        this.leader?.watch(message.tab, message.jobIds);
        return;
      case 'connection':
      case 'events':
        this.last = message.last ?? this.last;
        // A new holder knows nothing of what is watched.
        if (message.kind === 'connection' && this.leader === null) this.tellWatched();
        break;
      case 'reset':
      case 'live':
        break;
    }
    this.options.onMessage(message);
  }
}

/** Resolves also where it is aborted while it waits. */
const webLock: Lock = async (lockName, signal, work) => {
  try {
    await navigator.locks.request(lockName, { signal }, work);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};
