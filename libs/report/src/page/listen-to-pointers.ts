import type { PageEvent } from './dom.js';
import type { findSpot } from './find-spot.js';
import type { firstFrom } from './first-from.js';
import type { firstVisible } from './first-visible.js';
import type { latencyY } from './latency-y.js';
import type { Stage } from './stage.js';

/**
 * Dragging moves, two fingers or the wheel zoom, a click sets the cursor and chooses what it falls on. Runs in
 * the browser.
 */
export function listenToPointers(
  stage: Stage,
  tools: {
    findSpot: typeof findSpot;
    firstFrom: typeof firstFrom;
    firstVisible: typeof firstVisible;
    latencyY: typeof latencyY;
  },
): void {
  const { canvas, content } = stage;
  const pointers = new Map<number, { x: number; y: number }>();
  /** How far the pointer has gone since it was pressed: a click goes nowhere. */
  let travelled = 0;
  const inside = (event: PageEvent) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const gap = (): number => {
    const [a, c] = [...pointers.values()];
    return a && c ? Math.max(10, Math.abs(a.x - c.x)) : 0;
  };
  const hover = ({ x, y }: { x: number; y: number }): void => {
    stage.point(tools.findSpot(content, stage.view(), x, y, tools), x, y);
  };

  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, inside(event));
    travelled = pointers.size > 1 ? Infinity : 0;
    canvas.focus({ preventScroll: true });
  });
  canvas.addEventListener('pointermove', (event) => {
    const at = inside(event);
    const before = pointers.get(event.pointerId);
    if (!before) {
      hover(at);
      return;
    }
    const wide = gap();
    pointers.set(event.pointerId, at);
    travelled += Math.abs(at.x - before.x) + Math.abs(at.y - before.y);
    if (travelled < 4) return;
    if (pointers.size === 2) stage.zoom(wide / gap(), at.x);
    else stage.pan(before.x - at.x);
    stage.point(null, 0, 0);
  });
  canvas.addEventListener('pointerup', (event) => {
    const at = inside(event);
    const pressed = pointers.delete(event.pointerId);
    if (pressed && travelled < 4) click(at);
    hover(at);
  });
  canvas.addEventListener('pointercancel', (event) => pointers.delete(event.pointerId));
  canvas.addEventListener('pointerleave', () => stage.point(null, 0, 0));

  function click({ x, y }: { x: number; y: number }): void {
    const { from, to, width } = stage.view();
    const spot = tools.findSpot(content, stage.view(), x, y, tools);
    if (spot?.kind === 'line') {
      stage.setCursor(spot.line.t, spot.line.index);
      return;
    }
    stage.setCursor(spot?.kind === 'signal' ? spot.signal.t : from + (x / width) * (to - from));
    if (spot?.kind !== 'bar' || spot.bar.mark === 'none') return;
    const place = content.bars.indexOf(spot.bar);
    const story = content.picture.stories.find((s) =>
      [s.original, s.newer, s.apply, s.newerApply].includes(place),
    );
    if (story) stage.select(story, false);
  }

  // Until the picture is clicked the wheel scrolls the page, as a reader expects.
  let active = false;
  canvas.addEventListener('focus', () => (active = true));
  canvas.addEventListener('blur', () => (active = false));
  canvas.addEventListener(
    'wheel',
    (event) => {
      if (!active && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        stage.pan(event.deltaX || event.deltaY);
      } else {
        stage.zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300))), inside(event).x);
      }
    },
    { passive: false },
  );
  canvas.addEventListener('dblclick', (event) => stage.zoom(0.4, inside(event).x));
}
