export * from './controller/index.js';
export * from './host/index.js';
export * from './transport.js';
export * from './mutants/controller.js';
