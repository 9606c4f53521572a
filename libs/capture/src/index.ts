export * from './payload.js';
export * from './journal/index.js';
