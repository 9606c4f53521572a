import { paintBins } from './paint-bins.js';
import { paintChosen } from './paint-chosen.js';
import { paintConsoles } from './paint-consoles.js';
import { paintGround } from './paint-ground.js';
import { paintItems } from './paint-items.js';
import { paintMedium } from './paint-medium.js';
import { paintNames } from './paint-names.js';
import { paintSignals } from './paint-signals.js';
import { paintStory } from './paint-story.js';
import type { Scene } from './scene.js';

/** Paints the whole picture once, from the back to the front. */
export function paint(scene: Scene): void {
  const { brush, scale, bins, standIn } = scene;
  paintGround(scene);
  for (const { from, to } of standIn.spans) {
    brush.save();
    brush.beginPath();
    brush.rect(scale.x(from), 0, scale.x(to) - scale.x(from), scene.bands.height);
    brush.clip();
    brush.globalAlpha = 0.5;
    paintBins(scene, standIn.bins, from, to);
    brush.restore();
  }
  if (bins.length > 0) paintBins(scene, bins, scale.window.from, scale.window.to);
  else paintItems(scene);
  paintMedium(scene);
  paintConsoles(scene);
  paintNames(scene);
  paintSignals(scene);
  paintStory(scene);
  paintChosen(scene);
}
