export * from './clock.js';
export * from './events.js';
export * from './verdict.js';
