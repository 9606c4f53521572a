import type { TimelineModel } from '../model/timeline-model.js';
import { axisHeight } from '../paint/paint-axis.js';
import { unit } from './unit.js';
import type { Hit } from '../view/hit-test.js';

/** A pointer that moved less than this has clicked, px. */
const still = 4;

/**
 * Dragging moves in time, two fingers zoom, a click selects and sets the cursor. The wheel with Ctrl zooms about the
 * pointer; without it, it moves sideways, or up and down once the picture has the focus, so that a page can be scrolled
 * past it.
 *
 * @param point what the pointer is over, and where, to be shown beside it
 * @returns ends it
 */
export function listenToPointers(
  model: TimelineModel,
  stage: HTMLElement,
  picture: HTMLCanvasElement,
  point: (hit: Hit | null, x: number, y: number) => void,
): () => void {
  const held = new Map<number, { x: number; from: number; moved: boolean }>();
  const place = (event: MouseEvent): { x: number; y: number; width: number } => {
    const { left, top, width } = picture.getBoundingClientRect();
    const px = unit();
    return {
      x: (event.clientX - left) / px,
      y: (event.clientY - top) / px,
      width: width / px,
    };
  };
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const { x } = place(event);
    held.set(event.pointerId, { x, from: x, moved: false });
    stage.setPointerCapture(event.pointerId);
    point(null, 0, 0);
  };
  const move = (event: PointerEvent): void => {
    const { x, y, width } = place(event);
    const finger = held.get(event.pointerId);
    if (finger === undefined) {
      const hit = y < -axisHeight ? null : model.at(x, y);
      model.hover(hit);
      point(hit, x, y);
      return;
    }
    const before = finger.x;
    finger.moved ||= Math.abs(x - finger.from) > still;
    if (!finger.moved) return;
    finger.x = x;
    const [a, b] = [...held.values()];
    if (a !== undefined && b !== undefined) {
      const other = finger === a ? b.x : a.x;
      const [was, is] = [Math.abs(before - other), Math.abs(x - other)];
      if (was > 10 && is > 10) model.zoom(was / is, (x + other) / 2 / width);
      return;
    }
    model.pan((before - x) / width);
  };
  const up = (event: PointerEvent): void => {
    const finger = held.get(event.pointerId);
    held.delete(event.pointerId);
    if (finger === undefined || finger.moved || event.type === 'pointercancel') return;
    const { x, y } = place(event);
    model.choose(model.at(x, y), model.scale.us(x));
  };
  const leave = (): void => {
    model.hover(null);
    point(null, 0, 0);
  };
  const wheel = (event: WheelEvent): void => {
    const { x, width } = place(event);
    const scale = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    const [across, along] = [event.deltaX * scale, event.deltaY * scale];
    const focused = document.activeElement === stage;
    if (event.ctrlKey || event.metaKey) model.zoom(Math.exp(along / 240), x / width);
    else if (Math.abs(across) > Math.abs(along)) model.pan(across / width);
    else if (event.shiftKey || focused) model.pan(along / width);
    else return;
    event.preventDefault();
    leave();
  };
  stage.addEventListener('pointerdown', down);
  stage.addEventListener('pointermove', move);
  stage.addEventListener('pointerup', up);
  stage.addEventListener('pointercancel', up);
  stage.addEventListener('pointerleave', leave);
  stage.addEventListener('wheel', wheel, { passive: false });
  return () => {
    stage.removeEventListener('pointerdown', down);
    stage.removeEventListener('pointermove', move);
    stage.removeEventListener('pointerup', up);
    stage.removeEventListener('pointercancel', up);
    stage.removeEventListener('pointerleave', leave);
    stage.removeEventListener('wheel', wheel);
  };
}
