/** What a reader of timelines needs, and nothing of what writes them: a browser loads it. */
export * from './format.js';
export {
  decodeBins,
  decodeColumns,
  decodeHeader,
  decodeItems,
  decodeLines,
  headerLength,
} from './decode-timeline.js';
export type { TimelineItem } from './items.js';
export type { TimelineLine } from './console-tiles.js';
export { placeRoles, type PlaceRole } from './places.js';
export {
  itemKinds,
  itemMarks,
  type Fence,
  type ItemKind,
  type ItemMark,
  type Signal,
  type SignalKind,
  type Span,
} from '../picture/picture.js';
