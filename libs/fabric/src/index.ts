export { FaultComment } from './fault-comment.js';
export { Link, type LinkEvents, type LinkOptions, type LinkStats } from './link.js';
export {
  otherEnd,
  type DirectionState,
  type DirectionStats,
  type FrameObserver,
  type LinkEnd,
} from './one-way.js';
export { Pacer } from './pacer.js';
