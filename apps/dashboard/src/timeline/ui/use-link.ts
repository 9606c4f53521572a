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
  const written = useRef(search);
  useEffect(() => {
    model.linkChanged = (state) => {
      const url = new URL(location.href);
      writeLink(url.searchParams, { ...state, query });
      written.current = url.search.replace(/^\?/, '');
      if (url.href !== location.href) history.replaceState(history.state, '', url);
    };
    return () => {
      model.linkChanged = () => undefined;
    };
  }, [model, query]);
  useEffect(() => {
    if (search === written.current) return;
    written.current = search;
    model.follow(readLink(new URLSearchParams(search)));
  }, [model, search]);
}
