import { itemKinds, itemMarks } from '../picture/picture.js';
import { decodeItems } from './decode-items.js';
import { describeBar } from './describe-bar.js';
import { describeSpot } from './describe-spot.js';
import { drawBackground } from './draw-background.js';
import { drawConsoles } from './draw-consoles.js';
import { drawCursor } from './draw-cursor.js';
import { drawLabels } from './draw-labels.js';
import { drawLanes } from './draw-lanes.js';
import { drawLatency } from './draw-latency.js';
import { drawPicture } from './draw-picture.js';
import { drawSignals } from './draw-signals.js';
import { drawStories } from './draw-stories.js';
import { findSpot } from './find-spot.js';
import { firstFrom } from './first-from.js';
import { firstVisible } from './first-visible.js';
import { latencyDecades } from './latency-decades.js';
import { latencyY } from './latency-y.js';
import { listenToButtons } from './listen-to-buttons.js';
import { listenToConsoles } from './listen-to-consoles.js';
import { listenToKeys } from './listen-to-keys.js';
import { listenToPointers } from './listen-to-pointers.js';
import { msText } from './ms-text.js';
import { packRows } from './pack-rows.js';
import { placePanels } from './place-panels.js';
import { themeColours } from './scene.js';
import { startPage, type PageTools } from './start-page.js';
import { timeTicks } from './time-ticks.js';

/** Every function that the page needs; the type makes sure that none is missing. */
const functions: Omit<PageTools, 'kinds' | 'marks' | 'colours'> = {
  decodeItems,
  describeBar,
  describeSpot,
  drawBackground,
  drawConsoles,
  drawCursor,
  drawLabels,
  drawLanes,
  drawLatency,
  drawPicture,
  drawSignals,
  drawStories,
  findSpot,
  firstFrom,
  firstVisible,
  latencyDecades,
  latencyY,
  listenToButtons,
  listenToConsoles,
  listenToKeys,
  listenToPointers,
  msText,
  packRows,
  placePanels,
  timeTicks,
};

/** The page's script: the functions of this folder as their own text, and one call. */
export function pageScript(): string {
  const tools = [
    ...Object.entries(functions).map(([name, part]) => `${name}: ${part.toString()}`),
    `kinds: ${JSON.stringify(itemKinds)}`,
    `marks: ${JSON.stringify(itemMarks)}`,
    `colours: ${JSON.stringify(themeColours)}`,
  ];
  return `'use strict';\n(${startPage.toString()})(window, {\n${tools.join(',\n')}\n});\n`;
}
