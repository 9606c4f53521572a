import { itemKinds, itemMarks } from '../picture/picture.js';
import { decodeItems } from './decode-items.js';
import { describeBar } from './describe-bar.js';
import { drawPicture } from './draw-picture.js';
import { firstVisible } from './first-visible.js';
import { packRows } from './pack-rows.js';
import { startPage } from './start-page.js';
import { timeTicks } from './time-ticks.js';

/** The page's script: the functions of this folder as their own text, and one call. */
export function pageScript(): string {
  const functions = { decodeItems, describeBar, drawPicture, firstVisible, packRows, timeTicks };
  const tools = [
    ...Object.entries(functions).map(([name, part]) => `${name}: ${part.toString()}`),
    `kinds: ${JSON.stringify(itemKinds)}`,
    `marks: ${JSON.stringify(itemMarks)}`,
  ];
  return `'use strict';\n(${startPage.toString()})(window, {\n${tools.join(',\n')}\n});\n`;
}
