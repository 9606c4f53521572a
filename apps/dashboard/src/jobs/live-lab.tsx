import type { LivePart } from '@fenceline/contracts/api';
import { lazy, Suspense, useLayoutEffect, useRef } from 'react';
import type { JobDetail } from '../app/api-types.js';
import { useLiveParts } from '../live/live.js';
import { plural } from '../ui/format.js';
import { Panel } from '../ui/panel.js';
import { linesOf } from './live-lines.js';
import styles from './live-lab.module.css';

const LiveTimeline = lazy(async () => ({
  default: (await import('../timeline/ui/live-timeline.js')).LiveTimeline,
}));

/** Where the end of the list is in view, px. */
const nearEnd = 24;

/** What the lab of a job does just now: bars over time, steps, faults, consoles. Some of it may be left out. */
export function LiveLab({ job }: { job: JobDetail }) {
  const { attemptId, parts, dropped } = useLiveParts(job.id, job.state !== 'finished');
  const list = useRef<HTMLOListElement>(null);
  // Whoever scrolled back to read is left there.
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const { current } = list;
    if (current !== null && isAtEnd.current) current.scrollTop = current.scrollHeight;
  }, [parts]);
  const lines = linesOf(parts);
  return (
    <Panel
      title="Live"
      aside={
        dropped > 0
          ? `${plural(dropped, 'line')} left out`
          : 'as it happens; the recording has all of it'
      }
    >
      {parts.some(({ part }) => part.kind === 'bar') && (
        <Suspense>
          <LiveTimeline key={attemptId} parts={parts} dropped={dropped} />
        </Suspense>
      )}
      {lines.length === 0 ? (
        <p className={styles['nothing']}>{nothingYet(job, parts.length > 0)}</p>
      ) : (
        <ol
          ref={list}
          className={styles['lines']}
          tabIndex={0}
          aria-label="Lines of the lab"
          onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
            isAtEnd.current = scrollHeight - scrollTop - clientHeight < nearEnd;
          }}
        >
          {lines.map(({ seq, part }) => (
            <li key={seq} className={styles[part.kind]}>
              <Line part={part} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function nothingYet({ state }: JobDetail, hasBars: boolean): string {
  if (hasBars) return 'No step and no line of a console yet.';
  return state === 'queued' ? 'Nothing runs yet.' : 'Nothing was heard of the lab yet.';
}

function Line({ part }: { part: LivePart }) {
  const ms = 'ms' in part ? part.ms : null;
  return (
    <>
      <span className={styles['ms']}>{ms === null ? '' : `${(ms / 1000).toFixed(2)} s`}</span>
      <span>{textOf(part)}</span>
    </>
  );
}

function textOf(part: LivePart): string {
  switch (part.kind) {
    case 'step':
      return part.detail === '' ? part.step : `${part.step}: ${part.detail}`;
    case 'fault':
      return part.what;
    case 'console':
      return `${part.vm} │ ${part.line}`;
    case 'bar':
      return '';
  }
}
