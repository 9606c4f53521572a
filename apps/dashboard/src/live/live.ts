import { createContext, use, useEffect, useState, useSyncExternalStore } from 'react';
import type { LivePart } from '@fenceline/contracts/api';
import type { Connection } from './messages.js';
import type { LiveHub } from './live-hub.js';

export const LiveContext = createContext<LiveHub | null>(null);

function useHub(): LiveHub {
  const hub = use(LiveContext);
  if (hub === null) throw new Error('there is no stream of events here');
  return hub;
}

/** How the stream of events is. */
export function useConnection(): Connection {
  const hub = useHub();
  return useSyncExternalStore(hub.onConnection, hub.connection);
}

/** What a lab does just now. */
export interface LiveView {
  attemptId: string | null;
  /** The newest ones, oldest first; `seq` goes on counting. */
  parts: readonly { seq: number; part: LivePart }[];
  /** Parts that were left out on the way. */
  dropped: number;
}

const nothing: LiveView = { attemptId: null, parts: [], dropped: 0 };
/** What a page keeps of it. */
const keptParts = 2000;

/** Live parts of a job while it runs; nothing is asked for where `enabled` is false. */
export function useLiveParts(jobId: string, enabled: boolean): LiveView {
  const hub = useHub();
  const [view, setView] = useState(nothing);
  useEffect(() => {
    if (!enabled) return undefined;
    let seq = 0;
    return hub.watchJob(jobId, ({ attemptId, parts, dropped }) =>
      setView((old) => {
        // Another attempt begins anew.
        const before = old.attemptId === attemptId ? old : nothing;
        const added = parts.map((part) => ({ seq: seq++, part }));
        return {
          attemptId,
          parts: [...before.parts, ...added].slice(-keptParts),
          dropped: before.dropped + dropped,
        };
      }),
    );
  }, [hub, jobId, enabled]);
  return view;
}
