import { useEffect, useState } from 'react';
import { TimelineModel } from '../model/timeline-model.js';
import { HttpByteSource } from '../read/byte-source.js';
import { openTimeline } from '../read/open-timeline.js';
import { readLink } from '../view/link-state.js';

/** A timeline that is being opened, is open, or cannot be. */
export type Opened =
  | { state: 'opening' }
  | { state: 'failed'; reason: string; again: () => void }
  | { state: 'open'; model: TimelineModel };

/** Opens the timeline behind an address, at what the address of the page says. */
export function useModel(url: string): Opened {
  const [attempt, setAttempt] = useState(0);
  const [opened, setOpened] = useState<{ of: string; is: Opened }>();
  const of = `${attempt} ${url}`;
  useEffect(() => {
    const abort = new AbortController();
    const source = new HttpByteSource(url);
    let model: TimelineModel | undefined;
    openTimeline(source, abort.signal)
      .then((header) => {
        if (abort.signal.aborted) return;
        model = new TimelineModel(header, source, readLink(new URLSearchParams(location.search)));
        setOpened({ of, is: { state: 'open', model } });
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        const again = (): void => setAttempt((n) => n + 1);
        setOpened({ of, is: { state: 'failed', reason, again } });
      });
    return () => {
      abort.abort();
      model?.close();
    };
  }, [url, of]);
  return opened?.of === of ? opened.is : { state: 'opening' };
}
