import { useSyncExternalStore } from 'react';
import { exactInstant, formatInstant } from './instant.js';
import { formatDuration } from './format.js';

const everyMs = 5000;

/** The time of now, in steps of some seconds, for all that is told by how long ago it was. */
export function useNow(): number {
  return useSyncExternalStore(onTick, stepOfNow);
}

function onTick(listener: () => void): () => void {
  const timer = setInterval(listener, everyMs);
  return () => clearInterval(timer);
}

function stepOfNow(): number {
  return Math.floor(Date.now() / everyMs) * everyMs;
}

/** A time in the reader's zone; all of it on hover. */
export function Time({ at }: { at: string }) {
  const instant = new Date(at);
  const now = new Date(useNow());
  return (
    <time dateTime={at} title={exactInstant(instant)}>
      {formatInstant(instant, now)}
    </time>
  );
}

/** How long something goes on already. */
export function Since({ at }: { at: string }) {
  const instant = new Date(at);
  const ms = Math.max(useNow() - instant.getTime(), 0);
  return (
    <time dateTime={at} title={`since ${exactInstant(instant)}`}>
      {ms < everyMs ? 'moments' : formatDuration(Math.round(ms / 1000) * 1000)}
    </time>
  );
}
