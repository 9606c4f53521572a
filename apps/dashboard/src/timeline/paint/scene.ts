import type { IndexedFinding, TimelineHeader, TimelineLine } from '@fenceline/report/timeline';
import type { BinTile } from '../read/bin-tile.js';
import type { ItemTile } from '../read/item-tile.js';
import type { Bands } from '../view/bands.js';
import type { Hit } from '../view/hit-test.js';
import type { ItemRef } from '../view/link-state.js';
import type { Scale } from '../view/scale.js';
import type { Theme } from './theme.js';

export type Brush = CanvasRenderingContext2D;

/** Everything that one painting of the picture needs. */
export interface Scene {
  brush: Brush;
  theme: Theme;
  header: TimelineHeader;
  bands: Bands;
  scale: Scale;
  /** Tiles of single items; drawn where `bins` is empty. */
  items: readonly ItemTile[];
  bins: readonly BinTile[];
  /** Bins that stand in where nothing better has come yet, with the spans of time in which they do. */
  standIn: { bins: readonly BinTile[]; spans: readonly { from: number; to: number }[] };
  lines: readonly TimelineLine[];
  /** The finding that is told. */
  finding: IndexedFinding | null;
  selected: ItemRef | null;
  hovered: Hit | null;
  cursor: number | null;
  /** Under which the fences are drawn. */
  profile: string;
}

/** What every part of the picture is written with. */
export const font = (px: number, weight = 400): string =>
  `${weight} ${px}px ui-sans-serif, system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif`;
