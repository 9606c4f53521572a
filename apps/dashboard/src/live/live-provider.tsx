import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { LiveHub } from './live-hub.js';
import { LiveContext } from './live.js';

/** Keeps what is shown up to date while somebody is signed in. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [hub] = useState(() => new LiveHub(queries));
  useEffect(() => hub.start(), [hub]);
  return <LiveContext value={hub}>{children}</LiveContext>;
}
