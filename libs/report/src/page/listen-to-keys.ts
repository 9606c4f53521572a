import type { Bar } from './decode-items.js';
import type { firstFrom } from './first-from.js';
import type { Stage } from './stage.js';

/**
 * Everything that a pointer can do, by keys: to move, to zoom, to go from finding to finding, and from command
 * to command, each with its fields. Runs in the browser.
 */
export function listenToKeys(stage: Stage, tools: { firstFrom: typeof firstFrom }): void {
  const { canvas, content } = stage;
  const { picture, layout } = content;
  const lanes: Bar[][] = picture.lanes.map(() => []);
  for (const bar of content.bars) lanes[bar.lane]!.push(bar);

  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { from, to, width } = stage.view();
    const known: Record<string, () => void> = {
      ArrowLeft: () => stage.pan(-width / 8),
      ArrowRight: () => stage.pan(width / 8),
      ArrowUp: () => toLane(-1),
      ArrowDown: () => toLane(1),
      ',': () => alongLane(-1),
      '.': () => alongLane(1),
      '+': () => stage.zoom(0.7, middle()),
      '=': () => stage.zoom(0.7, middle()),
      '-': () => stage.zoom(1 / 0.7, middle()),
      Home: () => stage.show(0, to - from),
      End: () => stage.show(picture.end - (to - from), picture.end),
      w: () => stage.show(picture.focus.start, picture.focus.end),
      '0': () => stage.show(0, picture.end),
      Enter: () => stage.step(event.shiftKey ? -1 : 1),
      n: () => stage.step(1),
      p: () => stage.step(-1),
      Escape: clear,
    };
    const action = known[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  function clear(): void {
    stage.select(null, false);
    stage.point(null, 0, 0);
    stage.setCursor(null);
  }

  /** Zooming is about the cursor where it can be seen, else about the middle. */
  function middle(): number {
    const { from, to, width } = stage.view();
    const cursor = stage.cursor();
    return cursor !== null && cursor >= from && cursor <= to
      ? ((cursor - from) / (to - from)) * width
      : width / 2;
  }

  /** The bar that the keys are at: what is pointed at, or else none. */
  function current(): Bar | null {
    const spot = stage.pointed();
    return spot?.kind === 'bar' ? spot.bar : null;
  }

  function moment(): number {
    const { from, to } = stage.view();
    const cursor = stage.cursor();
    return cursor !== null && cursor >= from && cursor <= to ? cursor : (from + to) / 2;
  }

  /** The bar of the next lane that has any, the one that is nearest in time. */
  function toLane(by: number): void {
    const bar = current();
    const t = bar?.start ?? moment();
    for (let lane = bar ? bar.lane + by : by > 0 ? 0 : lanes.length - 1; lanes[lane]; lane += by) {
      const list = lanes[lane]!;
      const after = tools.firstFrom(list, t);
      const [before, next] = [list[after - 1], list[after]];
      const nearest =
        before && (!next || t - before.start < next.start - t) ? before : (next ?? null);
      if (nearest) {
        pick(nearest);
        return;
      }
    }
  }

  function alongLane(by: number): void {
    const bar = current();
    if (!bar) {
      toLane(1);
      return;
    }
    const list = lanes[bar.lane]!;
    const next = list[list.indexOf(bar) + by];
    if (next) pick(next);
  }

  function pick(bar: Bar): void {
    stage.reveal(bar.start);
    stage.setCursor(bar.start);
    const { from, to, width } = stage.view();
    const { bars, rowHeight } = layout.lanes[bar.lane]!;
    const y = bars + (bar.row + 1) * rowHeight;
    const text = stage.point({ kind: 'bar', bar }, ((bar.start - from) / (to - from)) * width, y);
    stage.say(text);
  }
}
