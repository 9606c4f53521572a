import type { Story } from '../picture/picture.js';
import type { Bar } from './decode-items.js';
import type { drawBackground } from './draw-background.js';
import type { drawConsoles } from './draw-consoles.js';
import type { drawCursor } from './draw-cursor.js';
import type { drawLabels } from './draw-labels.js';
import type { drawLanes } from './draw-lanes.js';
import type { drawLatency } from './draw-latency.js';
import type { drawSignals } from './draw-signals.js';
import type { drawStories } from './draw-stories.js';
import type { firstFrom } from './first-from.js';
import type { firstVisible } from './first-visible.js';
import type { latencyY } from './latency-y.js';
import type { Scene } from './scene.js';
import type { timeTicks } from './time-ticks.js';

/** The functions that drawing is made of. */
export interface DrawTools {
  drawBackground: typeof drawBackground;
  drawLanes: typeof drawLanes;
  drawLatency: typeof drawLatency;
  drawConsoles: typeof drawConsoles;
  drawStories: typeof drawStories;
  drawLabels: typeof drawLabels;
  drawSignals: typeof drawSignals;
  drawCursor: typeof drawCursor;
  firstFrom: typeof firstFrom;
  firstVisible: typeof firstVisible;
  latencyY: typeof latencyY;
  timeTicks: typeof timeTicks;
}

/** What every part of the drawing needs. */
export interface Pen {
  scene: Scene;
  tools: DrawTools;
  font: string;
  /** Where a time stands. */
  x: (t: number) => number;
  /** The upper edge of a bar. */
  barY: (bar: Bar) => number;
  /** The bars of a finding: the original, the newer one, their applies. */
  itemsOf: (story: Story) => (Bar | null)[];
  /** A text on a ground that keeps it readable over what is drawn; gives where it ends. */
  plate: (text: string, at: number, middle: number, font: string, colour: string) => number;
  /** While one finding is shown: its bars. */
  inFocus: ReadonlySet<Bar | null> | null;
}

/** Draws the whole picture once, from the back to the front. Runs in the browser. */
export function drawPicture(scene: Scene, tools: DrawTools): void {
  const { brush, width, from, to, layout, selected } = scene;
  const itemsOf = (story: Story): (Bar | null)[] =>
    [story.original, story.newer, story.apply, story.newerApply].map((i) =>
      i === null ? null : (scene.bars[i] ?? null),
    );
  const font = '11px system-ui, sans-serif';
  const pen: Pen = {
    scene,
    tools,
    font,
    x: (t) => ((t - from) / (to - from)) * width,
    barY: (bar) => {
      const { bars, rowHeight } = layout.lanes[bar.lane]!;
      return bars + bar.row * rowHeight;
    },
    itemsOf,
    plate(text, at, middle, face, colour) {
      brush.font = face;
      const room = brush.measureText(text).width;
      brush.fillStyle = scene.theme.lane;
      brush.globalAlpha = 0.82;
      brush.fillRect(at - 3, middle - 8, room + 6, 15);
      brush.globalAlpha = 1;
      brush.fillStyle = colour;
      brush.fillText(text, at, middle);
      brush.font = font;
      return at + room;
    },
    inFocus: selected && new Set(itemsOf(selected)),
  };
  brush.clearRect(0, 0, width, layout.height);
  brush.font = font;
  brush.textBaseline = 'middle';
  tools.drawBackground(pen);
  tools.drawLanes(pen);
  tools.drawLatency(pen);
  tools.drawConsoles(pen);
  tools.drawStories(pen);
  tools.drawLabels(pen);
  tools.drawSignals(pen);
  tools.drawCursor(pen);
}
