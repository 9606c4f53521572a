export { FaultComment } from './fault-comment.js';
export { Link, type LinkEvents, type LinkOptions, type LinkStats } from './link.js';
export type { DirectionState, DirectionStats, FrameObserver, LinkEnd } from './one-way.js';
export { Pacer } from './pacer.js';
