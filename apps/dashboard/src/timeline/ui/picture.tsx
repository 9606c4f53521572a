import { useEffect, useId, useRef, useState } from 'react';
import type { TimelineModel } from '../model/timeline-model.js';
import { axisHeight } from '../paint/paint-axis.js';
import { describeHit } from '../view/describe-hit.js';
import type { Description } from '../view/describe-item.js';
import { BandLabels } from './band-labels.js';
import { listenToKeys } from './listen-to-keys.js';
import { listenToPointers } from './listen-to-pointers.js';
import { rem } from './unit.js';
import { startPainting } from './start-painting.js';

interface Tip extends Description {
  x: number;
  y: number;
}

/** The canvas with its axis, the names of the bands beside it, and what is pointed at in words. */
export function Picture({ model }: { model: TimelineModel }) {
  const stage = useRef<HTMLDivElement>(null);
  const axis = useRef<HTMLCanvasElement>(null);
  const picture = useRef<HTMLCanvasElement>(null);
  const [tip, setTip] = useState<Tip | null>(null);
  const help = useId();
  useEffect(() => {
    const [on, over, under] = [stage.current, axis.current, picture.current];
    if (on === null || over === null || under === null) return;
    const ends = [
      startPainting(model, over, under),
      listenToKeys(model, on),
      listenToPointers(model, on, under, (hit, x, y) =>
        setTip(hit && { ...describeHit(hit, model.header), x, y }),
      ),
    ];
    return () => ends.forEach((end) => end());
  }, [model]);
  return (
    <div className="tl-stage">
      <BandLabels bands={model.bands} top={axisHeight} />
      <div
        ref={stage}
        className="tl-canvas"
        role="application"
        aria-roledescription="timeline"
        aria-label="Timeline; the tables below say the same in words"
        aria-describedby={help}
      >
        <canvas ref={axis} className="tl-axis" style={{ height: rem(axisHeight) }} />
        <canvas ref={picture} className="tl-picture" style={{ height: rem(model.bands.height) }} />
        {tip !== null && <Tooltip tip={tip} />}
      </div>
      <p id={help} className="tl-keys">
        <kbd>←</kbd> <kbd>→</kbd> move, <kbd>+</kbd> <kbd>−</kbd> zoom, <kbd>n</kbd> <kbd>p</kbd>{' '}
        findings, <kbd>l</kbd> landing, <kbd>,</kbd> <kbd>.</kbd> commands of a lane, <kbd>↑</kbd>{' '}
        <kbd>↓</kbd> lanes, <kbd>w</kbd> workload, <kbd>0</kbd> whole run, <kbd>Esc</kbd> nothing
        selected
      </p>
    </div>
  );
}

function Tooltip({ tip: { title, rows, x, y } }: { tip: Tip }) {
  const right = x > 260;
  return (
    <div
      className="tl-tip"
      style={{
        top: rem(y + axisHeight + 14),
        ...(right ? { right: `calc(100% - ${rem(x - 10)})` } : { left: rem(x + 14) }),
      }}
    >
      <strong>{title}</strong>
      <dl>
        {rows.map(([name, value], i) => (
          <div key={i}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
