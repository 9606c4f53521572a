import type { LiveEvent, ServiceEvent } from '@fenceline/contracts/api';

/** How the stream is. */
export type Connection = 'connecting' | 'open' | 'cut' | 'refused';

/** What the tab that holds the stream tells the others. */
export type FromLeader =
  | { kind: 'connection'; connection: Connection; last: string | null }
  /** @property last number of the newest of them: where another leader goes on */
  | { kind: 'events'; events: ServiceEvent[]; last: string }
  /** Events were missed: everything is to be read anew. */
  | { kind: 'reset' }
  | { kind: 'live'; live: LiveEvent };

/** What the others tell the one that holds the stream. */
export type ToLeader =
  /** A tab is new, or wonders how the stream is. */
  | { kind: 'hello' }
  /** Jobs whose live parts a tab shows. To be said again now and then, or it counts as closed. */
  | { kind: 'watch'; tab: string; jobIds: string[] };

export type TabMessage = FromLeader | ToLeader;
