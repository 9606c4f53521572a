import { useEffect, useRef } from 'react';
import type { Snapshot, TimelineModel } from '../model/timeline-model.js';
import { nearLines } from '../view/near-lines.js';
import { grouped } from '../view/time-text.js';

/** The console lines around the cursor, or around the middle of what is shown. */
export function ConsoleList({ model, snapshot }: { model: TimelineModel; snapshot: Snapshot }) {
  const { window, loaded, cursor } = snapshot;
  const at = cursor ?? (window.from + window.to) / 2;
  const { lines, last } = nearLines(loaded.lines, at);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const box = list.current;
    const line = box?.querySelector<HTMLElement>('[aria-current]');
    if (box && line) box.scrollTop = line.offsetTop - box.clientHeight / 2;
  }, [at, lines.length]);
  if (model.header.consoles.tiles.length === 0) return null;
  return (
    <div className="tl-consoles">
      <h3>Consoles {cursor === null ? 'around the middle' : 'at the cursor'}</h3>
      {lines.length === 0 ? (
        <p className="tl-muted">
          {loaded.lines.length === 0 ? 'No line in this span, or too many: zoom in.' : 'No line.'}
        </p>
      ) : (
        <ol ref={list}>
          {lines.map(({ t, vm, text }, i) => (
            <li key={i} aria-current={i === last ? 'time' : undefined}>
              <button type="button" onClick={() => model.setCursor(t)}>
                <span className="tl-when">{grouped((t / 1000).toFixed(1))} ms</span>
                <span className="tl-vm">{vm}</span>
                <code>{text}</code>
              </button>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
