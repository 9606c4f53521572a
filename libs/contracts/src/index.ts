export * from './clock.js';
export * from './events.js';
export * from './manifest.js';
export * from './plan.js';
export * from './scenario/fio-options.js';
export * from './scenario/model.js';
export * from './scenario/problem.js';
export * from './verdict.js';
