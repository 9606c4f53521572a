import type { TimelineModel } from '../model/timeline-model.js';
import { paint } from '../paint/paint.js';
import { axisHeight, paintAxis } from '../paint/paint-axis.js';
import { fitTo } from './fit-to.js';
import { unit } from './unit.js';
import { readTheme, type Theme } from '../paint/theme.js';

const paintedMark = 'timeline-painted';

/**
 * Paints a timeline whenever something changed, at most once a frame, until it is ended.
 *
 * @returns ends it
 */
export function startPainting(
  model: TimelineModel,
  axis: HTMLCanvasElement,
  picture: HTMLCanvasElement,
): () => void {
  const overBrush = axis.getContext('2d', { alpha: false });
  const brush = picture.getContext('2d', { alpha: false });
  if (overBrush === null || brush === null) return () => undefined;
  let theme: Theme = readTheme(picture);
  let frame = 0;
  let width = 0;

  const draw = (): void => {
    frame = 0;
    if (width === 0) return;
    const ratio = window.devicePixelRatio * unit();
    fitTo(axis, overBrush, width, axisHeight, ratio);
    fitTo(picture, brush, width, model.bands.height, ratio);
    paintAxis(overBrush, theme, model.header, model.scale);
    paint(model.scene(brush, theme));
    // For whoever measures; one at a time, as a page may stay open for days.
    performance.clearMarks(paintedMark);
    performance.mark(paintedMark);
  };
  const schedule = (): void => {
    if (frame === 0) frame = requestAnimationFrame(draw);
  };
  const restyle = (): void => {
    theme = readTheme(picture);
    schedule();
  };

  model.repaint = schedule;
  const sizes = new ResizeObserver(() => {
    width = picture.clientWidth / unit();
    model.resize(width);
    schedule();
  });
  sizes.observe(picture);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', restyle);
  const chosen = new MutationObserver(restyle);
  chosen.observe(document.documentElement, { attributeFilter: ['data-theme', 'class', 'style'] });
  return () => {
    model.repaint = () => undefined;
    cancelAnimationFrame(frame);
    sizes.disconnect();
    chosen.disconnect();
    dark.removeEventListener('change', restyle);
  };
}
