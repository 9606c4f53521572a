import type { Story } from '../picture/picture.js';
import type { PageCanvas } from './dom.js';
import type { Content, Spot } from './scene.js';

/** The picture as those act on it who listen to pointers, keys, buttons and consoles. Times are in µs. */
export interface Stage {
  content: Content;
  canvas: PageCanvas;
  /** What is shown now. */
  view(): { from: number; to: number; width: number };
  /** Shows another span of time, kept between 20 µs and the whole run. */
  show(from: number, to: number): void;
  /** Looks closer (below 1) or less close, about a place in pixels. */
  zoom(factor: number, atX: number): void;
  pan(pixels: number): void;
  /** Points at something, or at nothing: its tooltip at a place in pixels, whose words it gives. */
  point(spot: Spot | null, px: number, py: number): string;
  pointed(): Spot | null;
  /** One finding alone, its sentence beside it, zoomed to it or where it is; null for all of them. */
  select(story: Story | null, zoomed: boolean): void;
  /** The finding after or before the selected one. */
  step(by: number): void;
  cursor(): number | null;
  /** Moves the cursor, here and in the consoles; `line` is the console's line where one was chosen. */
  setCursor(t: number | null, line?: number): void;
  /** Brings a moment into view, as closely as it was looked at before. */
  reveal(t: number): void;
  /** Says something to those who do not see the picture. */
  say(text: string): void;
}
