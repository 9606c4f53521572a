import { useEffect, useRef } from 'react';
import { useSearch } from 'wouter';
import type { TimelineModel } from '../model/timeline-model.js';
import { readLink, writeLink } from '../view/link-state.js';

/**
 * Keeps what is seen in the address of the page, and follows the address where something else changes it: the back button,
 * a link to a finding.
 */
export function useLink(model: TimelineModel, query: string): void {
  const search = useSearch();
  const seen = useRef(search);
  const written = useRef<string | null>(null);
  useEffect(
    () =>
      model.onLink((state) => {
        const url = new URL(location.href);
        writeLink(url.searchParams, { ...state, query });
        written.current = url.searchParams.toString();
        if (url.href !== location.href) history.replaceState(history.state, '', url);
      }),
    [model, query],
  );
  useEffect(() => {
    if (search === seen.current) return;
    seen.current = search;
    const params = new URLSearchParams(search);
    // What was written here comes back, spelt otherwise perhaps.
    if (params.toString() !== written.current) model.follow(readLink(params));
  }, [model, search]);
}
