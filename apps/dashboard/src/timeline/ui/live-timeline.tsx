import './timeline.css';
import type { LivePart } from '@fenceline/contracts/api';
import { useEffect, useRef, useState } from 'react';
import { LiveBars } from '../live/live-bars.js';
import { liveHeight, paintLive } from '../live/paint-live.js';
import { readTheme } from '../paint/theme.js';
import { rem, unit } from './unit.js';
import { fitTo } from './fit-to.js';
import { grouped, timeText } from '../view/time-text.js';

export interface LiveTimelineProps {
  /** In the order of their numbers, which go on counting; give another `key` for another attempt. */
  parts: readonly { seq: number; part: LivePart }[];
  /** Parts that were left out on the way. */
  dropped: number;
}

/** What a lab does just now, over time: thinned bars, until the recording's own timeline takes their place. */
export function LiveTimeline({ parts, dropped }: LiveTimelineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [live] = useState(() => new LiveBars());
  const [words, setWords] = useState('');
  useEffect(() => {
    live.add(parts);
    const element = canvas.current;
    const brush = element?.getContext('2d', { alpha: false });
    if (element === null || !brush) return;
    const draw = (): void => {
      const width = element.clientWidth / unit();
      const height = liveHeight(live);
      element.style.height = rem(height);
      fitTo(element, brush, width, height, window.devicePixelRatio * unit());
      paintLive(brush, readTheme(element), live, width);
      setWords(inWords(live));
    };
    // Where parts come faster than frames, the last ones are painted.
    const frame = requestAnimationFrame(draw);
    const sizes = new ResizeObserver(draw);
    sizes.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      sizes.disconnect();
    };
  }, [live, parts]);
  return (
    <figure className="timeline tl-live">
      <div role="img" aria-label={`Live: ${words}`}>
        <canvas ref={canvas} />
      </div>
      <figcaption>
        <strong>Live, thinned.</strong> {words}
        {dropped > 0 && `; ${grouped(dropped)} parts were left out`}. The timeline of all commands
        takes its place when the job has been judged.
      </figcaption>
    </figure>
  );
}

function inWords({ paths, faults, startMs }: LiveBars): string {
  const ofPaths = [...paths].map(([path, bars]) => {
    const sum = (of: 'writes' | 'reads'): number => bars.reduce((n, bar) => n + bar[of], 0);
    const held = bars.at(-1)?.held ?? 0;
    const more = held > 0 ? `, ${grouped(held)} held` : '';
    return `path ${path}: ${grouped(sum('writes'))} writes, ${grouped(sum('reads'))} reads${more}`;
  });
  const last = faults.at(-1);
  const since = startMs > 0 ? `Heard of from ${timeText(startMs * 1000, 100_000)} on: ` : '';
  const counts = [...ofPaths, ...(last === undefined ? [] : [`last step: ${last.what}`])];
  return since + counts.join('; ');
}
