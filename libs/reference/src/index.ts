export * from './host/index.js';
export * from './transport.js';
