export * from './controller/index.js';
export * from './guest.js';
export * from './host/index.js';
export * from './mutants/controller.js';
export * from './mutants/host.js';
export * from './mutants/mutant.js';
export * from './transport.js';
