export * from './fields.js';
export * from './idempotency.js';
export * from './operation.js';
export * from './operations.js';
export * from './page.js';
export * from './problem.js';
export * from './scenarios/operations.js';
export * from './scope.js';
